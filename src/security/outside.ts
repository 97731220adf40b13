import { OpsError, reasonOf } from '../errors.ts';
import { runProgram } from '../probes/run.ts';

/** `refused`: an answer says no. `silent`: nothing comes back, as from a firewall that drops. */
export type Reach = 'open' | 'refused' | 'silent' | 'unknown';

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** What another machine can reach of this one, or why it could not be asked. */
export type OutsideView =
  | { readonly host: string; readonly reached: readonly (Target & { readonly reach: Reach })[] }
  | { readonly host: string; readonly failure: string; readonly command: string };

/** Seconds for one connection. */
const patience = 3;

/** Asks another machine by ssh, which needs a shell there and curl, bash or nc; nothing is installed or left there. */
export async function viewFrom(host: string, targets: readonly Target[], timeoutMs: number): Promise<OutsideView> {
  const options = ['-o', 'BatchMode=yes', '-o', `ConnectTimeout=${Math.ceil(timeoutMs / 1000)}`];
  try {
    const { exitCode, stdout, stderr } = await runProgram('ssh', [...options, '--', host, 'sh', '-s'], {
      timeoutMs: 3 * timeoutMs + patience * 1000,
      input: scriptFor(targets),
    });
    if (exitCode === 0) return { host, reached: readReach(targets, stdout) };
    return { host, failure: `ssh ${host}: ${stderr.trim().split('\n').at(-1)}`, command: commandFor(targets) };
  } catch (thrown) {
    if (thrown instanceof OpsError) return { host, failure: reasonOf(thrown), command: commandFor(targets) };
    throw thrown;
  }
}

/** What a person pastes into a shell of the other machine; open ports are printed. */
function commandFor(targets: readonly Target[]): string {
  const pairs = targets.map(({ address, port }) => `${address}/${port}`).join(' ');
  return `for t in ${pairs}; do timeout ${patience} bash -c "</dev/tcp/$t" 2>/dev/null && echo "open: $t"; done`;
}

/** One line for each target: `reach ADDRESS PORT open`. All are tried at once. */
export const scriptFor = (targets: readonly Target[]) => `LC_ALL=C; export LC_ALL
by_curl() {
  case $1 in *:*) url="http://[$1]:$2/" ;; *) url="http://$1:$2/" ;; esac
  connected=$(curl -s -o /dev/null --noproxy '*' -m ${patience} -w '%{time_connect}' "$url"); code=$?
  case $connected in *[1-9]*) echo open; return ;; esac
  case $code in 7) echo refused ;; 28) echo silent ;; *) echo unknown ;; esac
}
by_bash() {
  said=$(timeout ${patience} bash -c "</dev/tcp/$1/$2" 2>&1); code=$?
  case $code:$said in 0:*) echo open ;; 124:*|*'timed out'*) echo silent ;; *refused*|*'No route'*) echo refused ;; *) echo unknown ;; esac
}
by_nc() {
  said=$(nc -vz -w ${patience} "$1" "$2" 2>&1 </dev/null); code=$?
  case $code:$said in 0:*) echo open ;; *refused*|*'No route'*) echo refused ;; *'timed out'*) echo silent ;; *) echo unknown ;; esac
}
has() { command -v "$1" >/dev/null 2>&1; }
if has curl; then by=by_curl; elif has bash && has timeout; then by=by_bash; elif has nc; then by=by_nc
else echo 'curl, bash or nc is needed there' >&2; exit 1; fi
try() { echo "reach $1 $2 $($by "$1" "$2")"; }
${targets.map(({ address, port }) => `try '${address}' ${port} &\n`).join('')}wait
`;

const states: readonly string[] = ['open', 'refused', 'silent'] satisfies Reach[];

function readReach(targets: readonly Target[], said: string) {
  const lines = new Map(said.split('\n').map((line) => [line.slice(0, line.lastIndexOf(' ')), line.split(' ').at(-1)]));
  return targets.map((target) => {
    const state = lines.get(`reach ${target.address} ${target.port}`) ?? '';
    return { ...target, reach: (states.includes(state) ? state : 'unknown') as Reach };
  });
}
