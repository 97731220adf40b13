/** Numbers that Linux, BSD with macOS, and Windows give to what goes wrong at a connection. */
const numbers = {
  /** Nobody listens: at the port, at the file of a socket, or its backlog is full. */
  refused: [111, 61, 10_061, 2, 11],
  timeout: [110, 60, 10_060],
  /** No host, no network, not allowed. */
  unreachable: [113, 65, 10_065, 101, 51, 10_051, 13, 10_013],
  /** The other side hung up. */
  reset: [104, 54, 10_054, 32, 10_053],
  noAddress: [99, 49, 10_049],
} as const;

/** Source of a pattern for the beginning of the reason that Nginx gives, such as `(111: `. */
export const errno = (...kinds: readonly (keyof typeof numbers)[]) =>
  String.raw`\((?:${kinds.flatMap((kind) => numbers[kind]).join('|')}): `;
