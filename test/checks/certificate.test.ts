import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import certificate from '../../src/checks/certificate.ts';
import { freePort, temporaryFolder } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';
import { listening } from './support/listening.ts';

const notBefore = 'ops_tls_cert_not_before_timestamp_seconds';
const notAfter = 'ops_tls_cert_not_after_timestamp_seconds';
const problems = 'ops_tls_cert_problem';

interface Pair {
  readonly certificate: string;
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

const utc = (second: number): string => new Date(second * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');

/** A self-signed certificate that is valid between two days from now, made by openssl. */
function make(fromDays: number, toDays: number, name = 'localhost', file?: string): Pair {
  const now = Math.floor(Date.now() / 1000);
  const [from, to] = [now + fromDays * 86_400, now + toDays * 86_400];
  const folder = temporaryFolder('certificate');
  const path = file ?? join(folder, 'fullchain.pem');
  mkdirSync(dirname(path), { recursive: true });
  const key = join(folder, 'key.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const validity = ['-not_before', utc(from), '-not_after', utc(to)];
  try {
    const subject = ['-subj', `/CN=${name}`, '-out', path];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...validity], { stdio: 'pipe' });
  } catch {
    // OpenSSL before 3.4 cannot date a request; its `ca` has been able to for ever.
    signWithCa({ folder, key, path, name, from, to });
  }
  return { certificate: path, key, from, to };
}

interface Signing {
  readonly folder: string;
  readonly key: string;
  readonly path: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function signWithCa({ folder, key, path, name, from, to }: Signing): void {
  const request = join(folder, 'request.pem');
  const config = join(folder, 'ca.cnf');
  const lines = ['[ca]', 'default_ca=own', '[own]', `database=${folder}/index.txt`, `new_certs_dir=${folder}`];
  const policy = ['default_md=sha256', 'policy=any', 'rand_serial=yes', '[any]', 'commonName=supplied', ''];
  writeFileSync(config, [...lines, ...policy].join('\n'));
  writeFileSync(join(folder, 'index.txt'), '');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', ...curve, '-subj', `/CN=${name}`, '-out', request], { stdio: 'pipe' });
  const signed = ['ca', '-batch', '-notext', '-selfsign', '-config', config, '-keyfile', key, '-in', request];
  const validity = ['-startdate', `${utc(from)}`, '-enddate', `${utc(to)}`];
  execFileSync('openssl', [...signed, '-out', path, ...validity], { stdio: 'pipe' });
}

/** A TLS server that presents a certificate; returns its port and the names that it was asked for. */
async function present({ certificate: cert, key }: Pair): Promise<{ port: number; names: string[] }> {
  const names: string[] = [];
  // SNI is read before the handshake ends, so that the names are complete when a client has its certificate.
  const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
    names.push(name);
    done(null);
  };
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key), SNICallback }, (socket) =>
    socket.on('error', () => socket.destroy()),
  );
  onTestFinished(() => void server.close());
  return { port: await listening(server), names };
}

describe('certificates in files', () => {
  test.each([
    ['valid', -30, 60],
    ['expired', -90, -3],
    ['not yet valid', 2, 92],
  ])('one that is %s is measured', async (_, from, to) => {
    const made = make(from, to);
    const samples = await runCheck(certificate, { files: [made.certificate] });
    const labels = { target: made.certificate, source: 'file' };
    const problem = (name: string) => valuesOf(samples, problems, { ...labels, problem: name });
    expect(problem('expired')).toEqual([Number(to < 0)]);
    expect(problem('not_yet_valid')).toEqual([Number(from > 0)]);
    expect(problem('unreadable')).toEqual([0]);
    expect(valuesOf(samples, notBefore, labels)).toEqual([made.from]);
    expect(valuesOf(samples, notAfter, labels)).toEqual([made.to]);
  });

  test('of a chain the first is measured: it is the one that browsers see', async () => {
    const [leaf, authority] = [make(-1, 5), make(-100, 3000)];
    const chain = join(temporaryFolder('certificate'), 'chain.pem');
    writeFileSync(chain, readFileSync(leaf.certificate, 'utf8') + readFileSync(authority.certificate, 'utf8'));
    expect(valuesOf(await runCheck(certificate, { files: [chain] }), notAfter)).toEqual([leaf.to]);
  });

  test('a pattern finds every file, and one without a file measures nothing', async () => {
    const folder = temporaryFolder('live');
    const ends = ['a.example', 'b.example'].map(
      (name, index) => make(-1, 10 + index, name, join(folder, name, 'fullchain.pem')).to,
    );
    expect(valuesOf(await runCheck(certificate, { files: [`${folder}/*/fullchain.pem`] }), notAfter)).toEqual(ends);
    expect(await runCheck(certificate, { files: [`${folder}/*/nothing.pem`] })).toEqual([]);
  });

  test('a plain path that is not there fails the check; beside a good one it does not', async () => {
    const missing = join(temporaryFolder('certificate'), 'missing.pem');
    await expect(runCheck(certificate, { files: [missing] })).rejects.toThrow(/missing\.pem: ENOENT/);
    const { certificate: good, to } = make(-1, 10);
    expect(valuesOf(await runCheck(certificate, { files: [missing, good] }), notAfter)).toEqual([to]);
  });

  test('a file that is no certificate fails the check', async () => {
    const file = join(temporaryFolder('certificate'), 'text.pem');
    writeFileSync(file, 'not a certificate\n');
    await expect(runCheck(certificate, { files: [file] })).rejects.toThrow('text.pem');
  });
});

describe('certificates as they are served', () => {
  test.each([
    ['valid', -30, 60],
    ['expired', -90, -3],
  ])('one that is %s and that nobody trusts is measured', async (_, from, to) => {
    const made = make(from, to);
    const { port, names } = await present(made);
    const host = `localhost:${port}`;
    const samples = await runCheck(certificate, { files: [], hosts: [host] });
    expect(valuesOf(samples, notBefore, { target: host, source: 'live' })).toEqual([made.from]);
    expect(valuesOf(samples, notAfter, { target: host, source: 'live' })).toEqual([made.to]);
    expect(names).toEqual(['localhost']);
  });

  test('an address instead of a name works too', async () => {
    const made = make(-1, 10);
    const { port, names } = await present(made);
    const samples = await runCheck(certificate, { files: [], hosts: [`127.0.0.1:${port}`] });
    expect(valuesOf(samples, notAfter)).toEqual([made.to]);
    // An address is no server name (RFC 6066).
    expect(names).toEqual([]);
  });

  test('nobody listening fails the check', async () => {
    const hosts = [`127.0.0.1:${await freePort()}`];
    await expect(runCheck(certificate, { files: [], hosts })).rejects.toThrow('ECONNREFUSED');
  });

  test('a server that accepts and stays silent fails it before its deadline', async () => {
    const server = createServer((socket) => onTestFinished(() => void socket.destroy()));
    onTestFinished(() => void server.close());
    const hosts = [`127.0.0.1:${await listening(server)}`];
    await expect(runCheck(certificate, { files: [], hosts, timeout: '500ms' })).rejects.toThrow(
      'no answer within 400 ms',
    );
  });

  test('only a host with or without a port is accepted', () => {
    const accepts = (host: string) => certificate.schema.safeParse({ hosts: [host] }).success;
    expect(
      ['chat.example.org', 'chat.example.org:8443', '[::1]:443', '[::1]'].filter((host) => !accepts(host)),
    ).toEqual([]);
    expect(['', 'https://chat.example.org', 'a b', 'host:port', '::1'].filter(accepts)).toEqual([]);
  });
});
