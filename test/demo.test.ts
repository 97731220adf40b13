import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, freePort, repository, startProgram } from './support/ops.ts';

const ops = join(repository, 'bin/ops');

async function demo(...more: string[]) {
  const [gateway, metrics, page] = await Promise.all([0, 1, 2].map(freePort));
  const ports = ['--gateway-port', `${gateway}`, '--metrics-port', `${metrics}`, '--page-port', `${page}`];
  return { program: startProgram(ops, ['demo', ...ports, ...more]), page };
}

const exitCodeOf = ({ program }: Awaited<ReturnType<typeof demo>>) =>
  new Promise<number | null>((resolve) => program.process.once('exit', (code) => resolve(code)));

test('tells the whole story and ends what it started', async () => {
  const running = await demo('--once');
  expect(await exitCodeOf(running), running.program.output()).toBe(0);
  const output = running.program.output();
  expect(output).toContain('model service is temporarily unavailable, please retry shortly');
  expect(output).toMatch(/pending +\w+[\s\S]*firing +\w+/);
  expect(output).toMatch(/Subject: .*OPS-1/);
  expect(output).toContain(`http://127.0.0.1:${running.page}`);
  await expect(fetch(`http://127.0.0.1:${running.page}/health`)).rejects.toThrow();
}, 120_000);

test('Ctrl-C in the middle ends it with everything that it started', async () => {
  const running = await demo();
  await eventually('the page', async () => (await fetch(`http://127.0.0.1:${running.page}/health`)).ok);
  running.program.process.kill('SIGINT');
  expect(await exitCodeOf(running)).toBe(0);
  await expect(fetch(`http://127.0.0.1:${running.page}/health`)).rejects.toThrow();
}, 60_000);

test('a port in use is one sentence that names the port and the flag', async () => {
  const port = await freePort();
  const blocker = createServer().listen(port, '127.0.0.1');
  const program = startProgram(ops, [
    'demo',
    '--page-port',
    String(port),
    '--gateway-port',
    String(await freePort()),
    '--metrics-port',
    String(await freePort()),
  ]);
  const code = await new Promise((resolve) => program.process.once('exit', resolve));
  blocker.close();
  expect(code).toBe(78);
  expect(program.output()).toBe(
    `ops: port ${port} on 127.0.0.1 is already in use; stop the other program or choose another port with --page-port\n`,
  );
});
