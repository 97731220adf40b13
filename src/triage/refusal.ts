/** How programs in several languages say that nobody listens. */
const refusal =
  '(?:connection refused|ECONNREFUSED|connect call failed|(?:failed|unable) to (?:connect|establish)|cannot connect|actively refused)';

/** Source of a pattern for a client that is refused at a port. */
export const refusedAt = (port: number) => String.raw`\b${port}\b.{0,400}${refusal}|${refusal}.{0,200}\b${port}\b`;
