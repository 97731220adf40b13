import { stat } from 'node:fs/promises';
import { runProgram } from '../probes/run.ts';
import { untranslated } from '../text.ts';
import { broken, type Claim, ok, unknown, type Verdict } from './claim.ts';

/** Everybody, or the group as a writer; a group that reads is how a service gets its file. */
const tooOpen = 0o027;

export const fileClaims: readonly Claim[] = [
  {
    layer: 'L3',
    claim: { en: 'no key stands in plain text in the configuration', zh: '配置中没有明文密钥' },
    fix: {
      en: 'ops keys create prints a key and its hash: put the hash into gateway.auth.valid_keys',
      zh: 'ops keys create 会打印密钥及其哈希:把哈希写入 gateway.auth.valid_keys',
    },
    async run({ auth: { keys } }) {
      const plain = keys.filter((key) => typeof key === 'string').length;
      const counts = { plain, all: keys.length };
      if (plain === 0) return ok({ en: '{all} keys, all hashed', zh: '共 {all} 个密钥,均为哈希' }, counts);
      return broken(
        {
          en: '{plain} of {all} keys of gateway.auth.valid_keys are plain text',
          zh: 'gateway.auth.valid_keys 的 {all} 个密钥中有 {plain} 个是明文',
        },
        counts,
      );
    },
  },
  {
    layer: 'L3',
    claim: { en: 'configuration and secrets are closed to other users', zh: '配置和密钥文件对其他用户不可读' },
    fix: {
      en: 'chmod 640 FILE, and chown it to root and the group of the service',
      zh: 'chmod 640 FILE,并用 chown 改为 root 和服务所属的组',
    },
    async run({ files }) {
      if (files.length === 0) return unknown({ en: 'no configuration file is in use', zh: '没有使用配置文件' });
      return judgeModes(files);
    },
  },
  {
    layer: 'L2',
    claim: { en: 'only root reads the private keys of the certificates', zh: '证书私钥对其他用户不可读' },
    fix: {
      en: 'chmod 600 FILE, owned by root: Nginx reads it before it gives up its rights',
      zh: 'chmod 600 FILE,属主为 root:Nginx 在放弃权限之前读取它',
    },
    async run({ timeoutMs }) {
      const { exitCode, stdout, stderr } = await runProgram('nginx', ['-T', '-q'], { timeoutMs });
      if (exitCode !== 0) {
        const asRoot = {
          en: 'nginx -T: {said}; run ops security as root',
          zh: 'nginx -T:{said};请以 root 运行 ops security',
        };
        return unknown(asRoot, { said: stderr.split('\n')[0] });
      }
      const keys = [...stdout.matchAll(/^\s*ssl_certificate_key\s+"?([^\s";]+)"?\s*;/gm)].map(([, path = '']) => path);
      // Names with variables and keys of hardware modules are no files.
      const paths = [...new Set(keys)].filter((path) => path.startsWith('/') && !path.includes('$'));
      if (paths.length > 0) return judgeModes(paths);
      return unknown({ en: 'nginx -T names no key file', zh: 'nginx -T 中没有私钥文件' });
    },
  },
];

async function judgeModes(files: readonly string[]): Promise<Verdict> {
  const modes = await Promise.all(files.map(async (file) => ({ file, mode: (await stat(file)).mode & 0o777 })));
  const written = (some: typeof modes) =>
    untranslated(some.map(({ file, mode }) => `${file} ${mode.toString(8)}`).join(', '));
  const open = modes.filter(({ mode }) => (mode & tooOpen) !== 0);
  return open.length > 0 ? broken(written(open)) : ok(written(modes));
}
