import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/ops.ts';

interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface Leaf extends Identity {
  /** Leaf and intermediate, as a server should present them. */
  readonly fullchain: string;
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface LeafOptions {
  readonly name?: string;
  readonly fromDays?: number;
  readonly toDays?: number;
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const utc = (second: number): string => new Date(second * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
const day = 86_400;

/** A root and an intermediate authority made by openssl, and the certificates that the intermediate signs. */
export function createAuthority() {
  const folder = temporaryFolder('authority');
  let made = 0;

  const sign = (name: string, issuer: Identity | undefined, extensions: string, from: number, to: number): Identity => {
    made += 1;
    const own = join(folder, String(made));
    mkdirSync(own);
    const [key, request, certificate, config] = ['key.pem', 'request.pem', 'certificate.pem', 'ca.cnf'].map((file) =>
      join(own, file),
    ) as [string, string, string, string];
    const section = ['[ca]', 'default_ca=own', '[own]', `database=${own}/index.txt`, `new_certs_dir=${own}`];
    const policy = ['default_md=sha256', 'policy=any', 'rand_serial=yes', '[any]', 'commonName=supplied'];
    writeFileSync(config, [...section, ...policy, '[extensions]', extensions, ''].join('\n'));
    writeFileSync(join(own, 'index.txt'), '');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
    openssl('req', ...curve, '-subj', `/CN=${name}`, '-out', request);
    const signer = issuer ? ['-cert', issuer.certificate, '-keyfile', issuer.key] : ['-selfsign', '-keyfile', key];
    const validity = ['-startdate', utc(from), '-enddate', utc(to), '-extensions', 'extensions'];
    openssl('ca', '-batch', '-notext', '-config', config, ...signer, '-in', request, '-out', certificate, ...validity);
    return { certificate, key };
  };

  const now = Math.floor(Date.now() / 1000);
  const authority = 'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign';
  const root = sign('Root', undefined, authority, now - 900 * day, now + 900 * day);
  const intermediate = sign('Intermediate', root, authority, now - 900 * day, now + 900 * day);

  return {
    folder,
    root: root.certificate,
    intermediate: intermediate.certificate,
    leaf({ name = 'localhost', fromDays = -30, toDays = 60 }: LeafOptions = {}): Leaf {
      const [from, to] = [now + fromDays * day, now + toDays * day];
      const identity = sign(name, intermediate, `subjectAltName=DNS:${name}`, from, to);
      const fullchain = identity.certificate.replace('certificate.pem', 'fullchain.pem');
      writeFileSync(fullchain, joined(identity.certificate, intermediate.certificate));
      return { ...identity, fullchain, from, to };
    },
  };
}

/** The texts of files, one after the other. */
export function joined(...files: string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('');
}
