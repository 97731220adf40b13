import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { OpsError } from '../../src/errors.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { eventually, freePort, type RunningProgram, startOps, startProgram, temporaryFolder } from '../support/ops.ts';

const module = new URL('../../src/store/lock.ts', import.meta.url).href;

function refusal(work: () => unknown): OpsError {
  try {
    work();
  } catch (error) {
    if (error instanceof OpsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Another process that holds the lock until it is ended, though it forgot about it and collected its garbage. */
async function holder(folder: string): Promise<RunningProgram> {
  const script = `import { lockFolder } from '${module}';
    lockFolder(process.argv[1]);
    setTimeout(() => { gc(); setTimeout(() => console.log('held'), 20); }, 20);
    setInterval(() => {}, 1e6);`;
  const program = startProgram(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script, folder]);
  onTestFinished(async () => void (await program.stop()));
  await eventually('the lock', () => program.output() === 'held\n').catch((error: Error) => {
    throw new Error(`${error.message}\n${program.output()}`);
  });
  return program;
}

async function kill(program: RunningProgram): Promise<void> {
  const exited = once(program.process, 'exit');
  program.process.kill('SIGKILL');
  await exited;
}

test('the second is refused with the pid of the first, until the first lets go', () => {
  const folder = join(temporaryFolder('lock'), 'made', 'on', 'the', 'way');
  const unlock = lockFolder(folder);
  const error = refusal(() => lockFolder(folder));
  expect(error.code).toBe('state_locked');
  expect(error.values).toMatchObject({ pid: String(process.pid), path: folder });
  unlock();
  lockFolder(folder)();
});

test('folders do not lock each other', () => {
  const [a, b] = [lockFolder(temporaryFolder('lock')), lockFolder(temporaryFolder('lock'))];
  a();
  b();
});

test('kill -9 of the holder frees the folder at once, whatever pid it left', async () => {
  const folder = temporaryFolder('lock');
  const first = await holder(folder);
  expect(refusal(() => lockFolder(folder)).values['pid']).toBe(String(first.process.pid));
  await kill(first);
  // The number was given to another program, one that lives: this one.
  writeFileSync(join(folder, 'watch.pid'), `${process.pid}\n`);
  lockFolder(folder)();
});

test('a folder below /proc, where none can be made, is refused at once', () => {
  expect(refusal(() => lockFolder('/proc/ops/state')).code).toBe('state_unwritable');
});

test('a file where the folder should be is refused', () => {
  const file = join(temporaryFolder('lock'), 'file');
  writeFileSync(file, '');
  const error = refusal(() => lockFolder(file));
  expect(error.code).toBe('state_unwritable');
  expect(error.message).toContain('watch.state_dir');
});

test('a second ops watch ends with 78 and a sentence; after kill -9 of the first it starts', async () => {
  const folder = temporaryFolder('lock-watch');
  const configuration = async () => ({
    watch: { state_dir: folder },
    page: { listen: `127.0.0.1:${await freePort()}` },
  });
  const first = startOps('watch', await configuration());
  onTestFinished(async () => void (await first.stop()));
  await eventually('the first pid', () => readFileSync(join(folder, 'watch.pid'), 'utf8').trim() !== '');

  const second = startOps('watch', await configuration());
  onTestFinished(async () => void (await second.stop()));
  const [code] = await once(second.process, 'exit');
  expect(code).toBe(78);
  const pid = readFileSync(join(folder, 'watch.pid'), 'utf8').trim();
  expect(second.output()).toContain(`another watch (pid ${pid}) uses ${folder}`);

  await kill(first);
  const third = startOps('watch', await configuration());
  onTestFinished(async () => void (await third.stop()));
  await eventually('a new pid', () => readFileSync(join(folder, 'watch.pid'), 'utf8').trim() !== pid);
  expect(third.process.exitCode).toBeNull();
});
