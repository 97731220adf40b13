import type { LogRecord } from '../logs/record.ts';
import { says } from './cause.ts';
import { systemError } from './system-errors.ts';

/** How programs in several languages say that nobody listens, or that no way leads there. */
const refusal = `(?:${systemError('refused')}|connect call failed|(?:failed|unable) to (?:connect|establish)|cannot connect|no route to host|EHOSTUNREACH|connection attempts failed)`;

/** Go, whose system says the reason in its own language. */
const dialed = (port: number) => String.raw`dial tcp \S{1,80}:${port}: connect(?:ex)?: `;

/** Source of a pattern for a client that is refused at a port. */
export const refusedAt = (port: number) =>
  String.raw`${dialed(port)}|\b${port}\b.{0,250}${refusal}|${refusal}.{0,200}\b${port}\b`;

const bare = new RegExp(refusal, 'i');
const anyPort = /:\d{2,5}\b|\bport \d|level=/;

/** Whom else a program may connect to, who says so. */
const otherPeer =
  /\b(?:MCP|database|postgres\w*|mysql|redis|mongo\w*|qdrant|chroma\w*|kafka|elasticsearch|smtp|display)\b/i;

/** Records of a client that is refused without saying where, in a text that names the port elsewhere. */
export function refusedApart(records: readonly LogRecord[], port: number): LogRecord[] {
  const named = records.some(({ message }) => message.includes(`:${port}`));
  return named
    ? records.filter((record) => says(record, bare) && !anyPort.test(record.message) && !says(record, otherPeer))
    : [];
}
