import { createHash, randomBytes } from 'node:crypto';
import type { CliCommand } from '../command.ts';

interface CreateOptions {
  readonly id?: string;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'Create keys for the gateway',
  example: 'ops keys create --id clawdbot',
  build(command, context) {
    command
      .command('create')
      .description('print a new key once, and the entry for gateway.auth.valid_keys')
      .option('--id <id>', 'name of the key in logs')
      .option('--json', 'print JSON')
      .action(({ id = `key-${randomBytes(3).toString('hex')}`, json = false }: CreateOptions) => {
        const key = `sk-${randomBytes(24).toString('base64url')}`;
        const sha256 = createHash('sha256').update(key).digest('hex');
        context.stdout.write(json ? `${JSON.stringify({ id, key, sha256 })}\n` : describe(id, key, sha256));
      });
  },
};

export default command;

function describe(id: string, key: string, sha256: string): string {
  return `key (shown once, give it to the client): ${key}

entry for gateway.auth.valid_keys:
  - { id: ${JSON.stringify(id)}, sha256: ${sha256} }
`;
}
