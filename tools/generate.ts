import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderBoards } from './generate/boards.ts';
import { renderChecks } from './generate/checks.ts';
import { renderCommands } from './generate/commands.ts';
import { renderDifferences } from './generate/differences.ts';
import { renderErrors } from './generate/errors.ts';
import { renderReference } from './generate/reference.ts';
import { renderRules } from './generate/rules.ts';
import { renderTriage } from './generate/triage.ts';
import { renderWasm } from './generate/wasm.ts';

const root = new URL('../', import.meta.url);
const files = (
  await Promise.all([
    renderBoards(),
    renderChecks(),
    renderCommands(),
    renderDifferences(),
    renderErrors(),
    renderReference(),
    renderRules(),
    renderTriage(),
    renderWasm(),
  ])
).flat();

const stale: string[] = [];
for (const { path, text } of files) {
  const target = fileURLToPath(new URL(path, root));
  if (process.argv.includes('--check')) {
    const present = await readFile(target, 'utf8').catch(() => undefined);
    if (present !== text) stale.push(path);
  } else {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}

if (stale.length > 0) {
  process.stderr.write(`generated files are not up to date, run "npm run generate": ${stale.join(', ')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(
    `${files.length} generated files ${process.argv.includes('--check') ? 'are up to date' : 'written'}\n`,
  );
}
