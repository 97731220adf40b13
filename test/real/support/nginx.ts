import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes privkey.pem, fullchain.pem and chain.pem of a self-signed certificate in a folder. */
export function makeCertificate(folder: string, name = 'ai.yourcompany.com'): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '2'];
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files], { stdio: 'ignore' });
  writeFileSync(join(folder, 'chain.pem'), readFileSync(join(folder, 'fullchain.pem')));
}

/** A whole nginx.conf around a site, with everything that it writes in one folder. */
export function nginxMain(folder: string, site: string): string {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join('\n');
  return `user root;
error_log ${folder}/error.log;
pid ${folder}/nginx.pid;
events {}
http {
access_log ${folder}/access.log;
${temporary}
${site}}
`;
}
