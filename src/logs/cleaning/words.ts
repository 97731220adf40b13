/** Words that logs of servers are full of; where a line was wrapped they tell a cut word from two words. */
const words = new Set(
  `a abort aborted aborting about accept access active address after again alert all allocate allocated allocating allocation
  already an and another any are as at attempt available backend bad be because become been before being bind blobs body
  broken buffer bus but by bytes call called can can't cannot canceled cert certbot certificate certificates challenge child client
  clocks close closed closing code command communicate compatible completion compute configuration connect connected
  connecting connection connections context container core corrupt could couldn couldn't crashed create created current cycle data
  default denied detected determine device devices did didn't directory disk do does doesn't domain driver drivers due during empty
  encountered end enough error errors exceeded exception excess exist exit exited expired failed failing failure fallen
  fatal file files find following for format found free from full function get gone got had handle handshake handshaking has
  have header headers host if image in incoming info initialize input installed insufficient internal invalid is it key kill
  killed large latest layers left length level library libraries like likely limit limiting limits list listen listening
  live llama load loaded loading local located long main make many mapping match maximum may memory message mismatch missing
  model models module more name named network new nginx no node not null number object of off offload offloaded offloading
  ollama on open opened opening operating operation or other out over packet page path peer permission please port post
  power prematurely problem process processing prompt protocol pull read reading ready reasons received recover redirect
  redirection referrer refused registry remote removed renew renewal reply request requested requests required requires
  reset resolve resolved resolver resolving resources responding response restart restarting result retry return rewrite root route run runner
  runners running runtime same score secure seconds see segmentation send sending sent server service set shared should
  shutdown signal size slot slow slowdown so socket some source space start started starting state status still stop
  stopped stopping such support supported sure system target task temperature temporary terminated than that the then there
  thermal this time timed timeout to token tokens too total traffic truncated truncating try trying type unable unexpected
  unit unknown unload unloading unreachable unsupported unused up upgrade upstream upstreams usage use used user using value
  version wait waiting warning was were when which while will with within without worker write writing wrong you your`.split(
    /\s+/,
  ),
);

/**
 * What stands between the end of a line and the beginning of the next, as far as these alone show: nothing in the middle of
 * a word, a blank between two words.
 */
export function seamBetween(line: string, next: string): '' | ' ' | undefined {
  if (blank.some(([end, start]) => end.test(line) && start.test(next))) return ' ';
  const end = /[A-Za-z]+(?:'[a-z]+)?$/.exec(line)?.[0].toLowerCase();
  const start = /^[A-Za-z]+/.exec(next)?.[0].toLowerCase();
  if (end === undefined || start === undefined) return undefined;
  const apart = words.has(end) && words.has(start);
  return apart === words.has(end + start) ? undefined : apart ? ' ' : '';
}

/** Ends of a line and beginnings of the next with a blank between: after a mark or a method, before a quotation or the number of
 * something. */
const blank: readonly (readonly [RegExp, RegExp])[] = [
  [/[,;]$|[\w)]:$/, /^["'A-Za-z]/],
  [/[A-Za-z)]$/, /^"[/\w]/],
  [/"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/, /^\//],
  [/\S"$/, /^"\S/],
  [/\b(?:status|code|error|signal|port|line|device)$/i, /^(?:0x[\da-f]|\d)/],
];
