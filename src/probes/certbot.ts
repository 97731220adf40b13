import { readFile } from 'node:fs/promises';
import { OpsError } from '../errors.ts';
import { runProgram } from './run.ts';

export interface CertbotState {
  /** Undefined without systemd, or without the unit: cron may do its work. */
  readonly timerActive: boolean | undefined;
  /** Undefined when nothing tells. */
  readonly lastRunSucceeded: boolean | undefined;
}

/** Asks systemd about certbot's timer and its last run; where systemd has no such run, the end of certbot's own log. */
export async function certbotState(logFile: string, timeoutMs: number): Promise<CertbotState> {
  const [timer, service] = await Promise.all([show('certbot.timer', timeoutMs), show('certbot.service', timeoutMs)]);
  const ran = Number(service.get('ExecMainExitTimestampMonotonic') ?? 0) > 0;
  return {
    timerActive: timer.get('LoadState') === 'loaded' ? timer.get('ActiveState') === 'active' : undefined,
    lastRunSucceeded: ran
      ? service.get('Result') === 'success'
      : lastResult(await readFile(logFile, 'utf8').catch(() => '')),
  };
}

/** Properties of a unit; none where systemd does not run or does not answer. */
async function show(unit: string, timeoutMs: number): Promise<ReadonlyMap<string, string>> {
  const properties = 'LoadState,ActiveState,Result,ExecMainExitTimestampMonotonic';
  try {
    const { stdout } = await runProgram('systemctl', ['show', unit, `--property=${properties}`], { timeoutMs });
    return new Map(
      stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  } catch (thrown) {
    if (thrown instanceof OpsError) return new Map();
    throw thrown;
  }
}

const outcomes: readonly (readonly [RegExp, boolean])[] = [
  [/all renewals succeeded|renewals succeeded/i, true],
  [/no renewals were attempted|not (?:yet )?due for renewal/i, true],
  [/renew failure\(s\)|renewals failed|failed to renew certificate|challenges have failed/i, false],
];

/** What the last telling line of certbot's log says. */
export function lastResult(log: string): boolean | undefined {
  for (const line of log.split('\n').reverse()) {
    const found = outcomes.find(([pattern]) => pattern.test(line));
    if (found) return found[1];
  }
  return undefined;
}
