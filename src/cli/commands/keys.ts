import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { OpsError } from '../../errors.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, configurationFile, readConfiguration } from '../configuration.ts';
import type { KnownKey } from '../key-file.ts';

interface Options {
  readonly id?: string;
  readonly config?: string;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'create, list and revoke keys of the gateway',
  example: 'ops keys create --id clawdbot',
  build(builder, context) {
    buildCreate(builder.command('create'), context);
    buildList(builder.command('list'), context);
    buildRevoke(builder.command('revoke'), context);
  },
};

export default command;

function buildCreate(builder: Command, { stdout }: CliContext): void {
  builder
    .description('print a new key once, and its entry for gateway.auth.valid_keys')
    .option('--id <id>', 'name of the key in logs')
    .option('--json', 'print JSON')
    .action(({ id = `key-${randomBytes(3).toString('hex')}`, json }: Options) => {
      const key = `sk-${randomBytes(24).toString('base64url')}`;
      const sha256 = createHash('sha256').update(key).digest('hex');
      stdout.write(json ? `${JSON.stringify({ id, key, sha256 })}\n` : describeNew(id, key, sha256));
    });
}

function buildList(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('list the ids of the keys in use, never the keys')
    .option('--json', 'print JSON')
    .action(async ({ config, json }: Options) => {
      const keys = await keysInUse(context, config);
      context.stdout.write(json ? `${JSON.stringify({ keys })}\n` : describeKeys(keys));
    });
}

function buildRevoke(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('take a key out of the configuration file; a running gateway refuses it from then on')
    .argument('<id>', 'id of the key, as ops keys list prints it')
    .option('--json', 'print JSON')
    .action(async (id: string, { config, json }: Options) => {
      const { replaceFile, withoutKey } = await import('../key-file.ts');
      const keys = await keysInUse(context, config);
      const file = configurationFile(config, context.env);
      const text = file === undefined ? undefined : withoutKey(await readFile(file, 'utf8'), id);
      if (file === undefined || text === undefined) throw unknownKey(id, keys, file);
      await replaceFile(file, text);
      const left = keys.filter((key) => key.id !== id);
      context.stdout.write(json ? `${JSON.stringify({ file, revoked: id })}\n` : describeRevoked(id, file, left));
    });
}

async function keysInUse(context: CliContext, config: string | undefined): Promise<KnownKey[]> {
  const { knownKeys } = await import('../key-file.ts');
  const { gateway } = await readConfiguration(context, config);
  return knownKeys(gateway.auth.valid_keys);
}

function unknownKey(id: string, keys: readonly KnownKey[], file: string | undefined): OpsError {
  const ids = keys.map((key) => key.id).join(', ') || 'none';
  const where = file ?? 'a configuration file (there is none)';
  return new OpsError('usage', { message: `expected the id of a key in ${where}, got "${id}"; keys in use: ${ids}` });
}

function describeNew(id: string, key: string, sha256: string): string {
  return `key (shown once, give it to the client): ${key}

entry for gateway.auth.valid_keys:
  - { id: ${JSON.stringify(id)}, sha256: ${sha256} }
`;
}

function describeKeys(keys: readonly KnownKey[]): string {
  if (keys.length === 0) return 'no keys: every request is answered 401; create one with: ops keys create\n';
  return keys.map(({ id, plain }) => `${id}${plain ? '  plain text in the configuration' : ''}\n`).join('');
}

function describeRevoked(id: string, file: string, left: readonly KnownKey[]): string {
  const lines = [`revoked ${id} in ${file}; a running gateway refuses it from now on`];
  if (left.length === 0) lines.push('warning: no key is left: every request is answered 401');
  // Their ids are their places in the list.
  if (left.some(({ plain }) => plain)) lines.push('note: plain keys after it have moved up by one: ops keys list');
  return `${lines.join('\n')}\n`;
}
