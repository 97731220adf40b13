// This file parses on every Node, so that an old one gets a sentence instead of a syntax error.
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `ops: needs Node 24.15 or newer, got ${process.versions.node} at ${process.execPath}; install again with npm, which brings it unless optional dependencies are left out\n`,
  );
  process.exit(78);
}

const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
module.enableCompileCache(path.join(cache, 'clawdbot-ops'));

// Whoever reads our output may stop early, as head does: that is no failure.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 70));

const here = fileURLToPath(import.meta.url);
const entry = here.split(path.sep).includes('node_modules') ? '../dist/src/cli/main.js' : '../src/cli/main.ts';
import(new URL(entry, import.meta.url).href).then((main) =>
  main.run(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    exit: (code) => {
      process.exitCode = code;
    },
  }),
);
