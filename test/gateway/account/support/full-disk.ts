import { execFileSync } from 'node:child_process';
import { openAppending } from '../../../../gateway/account/append-file.ts';

// Run under a limit of the size of files: like a full disk it lets a write end in the middle of a line.
const [path = ''] = process.argv.slice(2);
process.on('SIGXFSZ', () => {});
const file = openAppending(path);
let written = 0;
try {
  for (; ; written += 1) file.append(JSON.stringify({ number: written, text: 'x'.repeat(60) }));
} catch (thrown) {
  process.stdout.write(`${written} ${thrown instanceof Error && 'code' in thrown ? thrown.code : thrown}\n`);
}
execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
file.append('{"number":"after"}');
