import { isIP } from 'node:net';
import { codeOf, OpsError } from '../errors.ts';
import { attempt } from './attempt.ts';

const refusals: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * Whether something answers a request on a port: an answer counts, not a connection, because the whitelist of the gateway
 * resets one that was accepted. What is no HTTP is an answer too; silence, as of a firewall or a busy server, is unclear.
 */
export async function answers(address: string, port: number, timeoutMs: number): Promise<'yes' | 'no' | 'unclear'> {
  try {
    await attempt(`http://${isIP(address) === 6 ? `[${address}]` : address}:${port}/`, { timeoutMs });
    return 'yes';
  } catch (thrown) {
    const code = thrown instanceof OpsError ? (codeOf(thrown.cause) ?? '') : '';
    if (code.startsWith('HPE_')) return 'yes';
    return refusals.includes(code) ? 'no' : 'unclear';
  }
}
