import { OpsError } from '../errors.ts';
import { getHttp } from './http.ts';
import { runProgram } from './run.ts';

/** What the page of `stub_status` counts. */
export interface StubStatus {
  readonly active: number;
  readonly accepted: number;
  readonly handled: number;
  readonly requests: number;
  readonly reading: number;
  readonly writing: number;
  readonly waiting: number;
}

/** Reads the page of ngx_http_stub_status_module. Throws `probe_failed`, also when it is another page. */
export async function readStubStatus(url: string, timeoutMs: number): Promise<StubStatus> {
  const { status, body } = await getHttp(url, { timeoutMs });
  const numbers = [...body.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [active, accepted, handled, requests, reading, writing, waiting] = numbers;
  if (status !== 200 || !body.startsWith('Active connections:') || waiting === undefined) {
    throw new OpsError('probe_failed', { probe: url, reason: `status ${status}, not the page of stub_status` });
  }
  return { active, accepted, handled, requests, reading, writing, waiting } as StubStatus;
}

export interface NginxConfigTest {
  /** Undefined when this user may not read what the configuration names. */
  readonly valid: boolean | undefined;
  /** nginx's first complaint. */
  readonly said: string;
}

/** Lets nginx read its configuration. Undefined where nginx is not installed. Throws `probe_failed`. */
export async function testNginxConfig(
  command: string,
  config: string | undefined,
  timeoutMs: number,
): Promise<NginxConfigTest | undefined> {
  const args = ['-t', '-q', ...(config === undefined ? [] : ['-c', config])];
  try {
    const { exitCode, stderr } = await runProgram(command, args, { timeoutMs });
    const said = stderr.split('\n').find((line) => /\[(?:emerg|alert|crit)\]/.test(line)) ?? stderr.trim();
    if (exitCode !== 0 && /permission denied/i.test(said)) return { valid: undefined, said };
    return { valid: exitCode === 0, said };
  } catch (thrown) {
    if (thrown instanceof OpsError && String(thrown.values['reason']).includes('is not installed')) return undefined;
    throw thrown;
  }
}
