import { stat } from 'node:fs/promises';
import { runProgram } from '../probes/run.ts';
import { broken, type Claim, ok, unknown, type Verdict } from './claim.ts';

/** Everybody, or the group as a writer; a group that reads is how a service gets its file. */
const tooOpen = 0o027;

export const fileClaims: readonly Claim[] = [
  {
    layer: 'L3',
    claim: { en: 'no key stands in plain text in the configuration', zh: '配置中没有明文密钥' },
    fix: 'ops keys create prints a key and its hash: put the hash into gateway.auth.valid_keys',
    async run({ auth: { keys } }) {
      const plain = keys.filter((key) => typeof key === 'string').length;
      if (plain > 0) return broken(`${plain} of ${keys.length} keys of gateway.auth.valid_keys are plain text`);
      return ok(`${keys.length} keys, all hashed`);
    },
  },
  {
    layer: 'L3',
    claim: { en: 'configuration and secrets are closed to other users', zh: '配置和密钥文件对其他用户不可读' },
    fix: 'chmod 640 FILE, and chown it to root and the group of the service',
    async run({ files }) {
      if (files.length === 0) return unknown('no configuration file is in use');
      return judgeModes(files);
    },
  },
  {
    layer: 'L2',
    claim: { en: 'only root reads the private keys of the certificates', zh: '证书私钥对其他用户不可读' },
    fix: 'chmod 600 FILE, owned by root: Nginx reads it before it gives up its rights',
    async run({ timeoutMs }) {
      const { exitCode, stdout, stderr } = await runProgram('nginx', ['-T', '-q'], { timeoutMs });
      if (exitCode !== 0) return unknown(`nginx -T: ${stderr.split('\n')[0]}; run ops security as root`);
      const keys = [...stdout.matchAll(/^\s*ssl_certificate_key\s+"?([^\s";]+)"?\s*;/gm)].map(([, path = '']) => path);
      // Names with variables and keys of hardware modules are no files.
      const paths = [...new Set(keys)].filter((path) => path.startsWith('/') && !path.includes('$'));
      return paths.length > 0 ? judgeModes(paths) : unknown('nginx -T names no key file');
    },
  },
];

async function judgeModes(files: readonly string[]): Promise<Verdict> {
  const modes = await Promise.all(files.map(async (file) => ({ file, mode: (await stat(file)).mode & 0o777 })));
  const written = ({ file, mode }: (typeof modes)[number]) => `${file} ${mode.toString(8)}`;
  const open = modes.filter(({ mode }) => (mode & tooOpen) !== 0);
  return open.length > 0 ? broken(open.map(written).join(', ')) : ok(modes.map(written).join(', '));
}
