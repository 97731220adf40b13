import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkStructure } from './structure.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const folders = ['src', 'gateway', 'alerts', 'dashboards'];
const { modules, violations } = await checkStructure(root, folders, `${root}tsconfig.json`);

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...folders], {
  cwd: root,
  encoding: 'utf8',
});
const missed = tracked.split('\n').filter((path) => path.endsWith('.ts') && !modules.includes(path));

for (const { rule, from, to } of violations) process.stderr.write(`${rule}: ${from} → ${to}\n`);
for (const path of missed) process.stderr.write(`not read by the structure check: ${path}\n`);
if (violations.length > 0 || missed.length > 0) process.exitCode = 1;
else process.stdout.write(`structure: ${modules.length} modules, no violation\n`);
