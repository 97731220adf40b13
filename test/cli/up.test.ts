import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { answering, freePort, repository, startProgram, temporaryFolder } from '../support/ops.ts';

async function up(pagePort: number) {
  const folder = temporaryFolder('up');
  const gatewayPort = await freePort();
  const configuration = {
    gateway: {
      listen: `127.0.0.1:${gatewayPort}`,
      metrics_listen: `127.0.0.1:${await freePort()}`,
      auth: { valid_keys: ['k'] },
    },
    watch: { state_dir: folder },
    page: { listen: `127.0.0.1:${pagePort}` },
  };
  const file = join(folder, 'ops.yaml');
  writeFileSync(file, stringify(configuration));
  return { program: startProgram(join(repository, 'bin/ops'), ['up', '--config', file]), gatewayPort };
}

test('gateway and watch run together and end together', async () => {
  const pagePort = await freePort();
  const { program, gatewayPort } = await up(pagePort);
  await answering(`http://127.0.0.1:${gatewayPort}/health`, program);
  await answering(`http://127.0.0.1:${pagePort}/health`, program);
  expect(await program.stop()).toBe(0);
  await expect(fetch(`http://127.0.0.1:${gatewayPort}/health`)).rejects.toThrow();
  await expect(fetch(`http://127.0.0.1:${pagePort}/health`)).rejects.toThrow();
});

test('a part that cannot start ends both, with its sentence and its exit code', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const address = blocker.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { program } = await up(port);
  const [code] = await once(program.process, 'exit');
  blocker.close();
  expect(code).toBe(78);
  expect(program.output()).toContain(`port ${port} on 127.0.0.1 is already in use`);
});
