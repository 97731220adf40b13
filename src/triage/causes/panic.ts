import type { LogRecord } from '../../logs/record.ts';
import { type Cause, says } from '../cause.ts';
import { goDumpOf, inGoDump, isForeignDump, namesRunner } from '../go-dump.ts';

/** The last alternative is the desktop app's, which starts the server. */
const panicked =
  /(?<!(?:don't|not|kernel) )\bpanic: |\bpanic recovered:|\bhttp: panic serving\b|^fatal error: |^concurrent map (?:writes|read and map write|iteration)|(?<!(?<!ollama)\.service: )Main process exited.{0,60}status=2\/INVALIDARGUMENT|server crash \d+ - exit code/i;

/** Ollama's routes; other servers are written with Gin too. */
const routes = /^\/(?:api\/|v1\/|$)/;

/** A frame as Gin prints it when it has caught a panic. */
const caught = /\.go:\d+ \(0x[0-9a-f]+\)/;

const isForeign = (records: readonly LogRecord[]) => {
  if (isForeignDump(records)) return true;
  const frames = records.filter((record) => says(record, caught));
  return frames.length > 0 && !frames.some(({ message }) => message.includes('ollama'));
};

/** Records that say that Ollama panicked: not those that stand behind a request to another server, or name its code. */
function panics(records: readonly LogRecord[]): LogRecord[] {
  if (isForeign(records)) return [];
  let path = '';
  return records.filter((record) => {
    path = record.gin?.path || path;
    return says(record, panicked) && (path === '' || routes.test(path));
  });
}

export default {
  step: 4,
  weight: 'root',
  title: { en: 'Ollama panicked', zh: 'Ollama 崩溃(panic)' },
  explanation: {
    en: 'The Ollama server itself crashed; systemd starts it again, but the running answers were lost.',
    zh: 'Ollama 服务自身崩溃;systemd 会重启它,但进行中的回答已丢失。',
  },
  reads: ['ollama-log'],
  match: (records) => [
    ...(namesRunner(records) ? [] : panics(records)),
    ...(goDumpOf(records) === 'server' ? records.filter(inGoDump) : []),
  ],
  beats: [
    'runner-crash-segv',
    'service-down',
    'service-stopped',
    'client-abort',
    'ollama-slow',
    'cpu-offload-slow',
    'gpu-not-detected',
    'reload-thrash',
  ],
  fix: ['systemctl status ollama --no-pager', 'curl -fsSL https://ollama.com/install.sh | sh   # upgrade'],
  confirm: ['journalctl -u ollama -n 300 --no-pager'],
  example: { kind: 'ollama-log', text: 'panic: runtime error: index out of range [5] with length 5' },
} satisfies Cause;
