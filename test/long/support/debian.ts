import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../real/support/programs.ts';

/** What a person has installed before the guide begins. */
const packages =
  'systemd-sysv dbus ca-certificates openssl curl npm nginx-light certbot nftables logrotate procps'.split(' ');

const authorities = '/etc/ssl/certs/ca-certificates.crt';

/** Whether this machine lets us boot a Debian of our own beside it. */
export const debianAvailable =
  process.getuid?.() === 0 &&
  ['debootstrap', 'systemd-nspawn', 'script', 'unshare'].every((name) => findProgram(name) !== undefined);

export interface Debian {
  /** Its root folder on this machine. */
  readonly root: string;
  /** Writes a file in it. */
  put(path: string, text: string, mode?: number): void;
  copy(from: string, path: string): void;
  read(path: string): string;
  /** Runs a shell script in it before it boots, with this machine's network. */
  prepare(script: string): string;
  /**
   * Boots it with a network of its own, runs the scripts as root one after another, ends it, and gives what each printed.
   * @throws at the first that fails or is not through in time, with the last lines of its output and of the journal
   */
  run<Name extends string>(scripts: Readonly<Record<Name, string>>): Record<Name, string>;
}

/** A Debian 12 with systemd in a folder; the packages come from the mirror once and are kept in the user's cache. */
export function createDebian(root: string): Debian {
  unpackBase(root);
  return debianAt(root);
}

export function debianAt(root: string): Debian {
  const at = (path: string) => join(root, path);
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(at(path), '..'), { recursive: true });
    writeFileSync(at(path), text, { mode });
  };
  // This machine may reach the registry through a proxy whose authority the Debian must know.
  copyFileSync(authorities, at(authorities));
  copyFileSync('/etc/resolv.conf', at('/etc/resolv.conf'));
  return {
    root,
    put,
    copy: (from, path) => copyFileSync(from, at(path)),
    read: (path) => readFileSync(at(path), 'utf8'),
    prepare: (script) => inChroot(root, script),
    run<Name extends string>(scripts: Readonly<Record<Name, string>>) {
      const names = Object.keys(scripts) as Name[];
      put('/root/run/run', runner(names), 0o755);
      for (const name of names) put(`/root/run/${name}.sh`, scripts[name]);
      put('/etc/systemd/system/run.service', runService);
      const wanted = at('/etc/systemd/system/multi-user.target.wants/run.service');
      rmSync(wanted, { force: true });
      symlinkSync('/etc/systemd/system/run.service', wanted);
      boot(root);
      return Object.fromEntries(names.map((name) => [name, outputOf(at('/root/run'), name)])) as Record<Name, string>;
    },
  };
}

function outputOf(folder: string, name: string): string {
  const textOf = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
  const code = textOf(`${name}.code`).trim();
  const output = textOf(`${name}.out`);
  if (code === '0') return output;
  const ended = code === '' ? `was not through ${bootMs / 1000} s after the start` : `ended with ${code}`;
  const lastLines = (text: string) => text.trimEnd().split('\n').slice(-30).join('\n');
  throw new Error(`${name} ${ended}:\n${lastLines(output)}\n\nJournal:\n${lastLines(textOf('journal.txt'))}`);
}

function unpackBase(root: string): void {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'real-debian');
  const archive = join(cache, `bookworm-${packages.length}.tar`);
  mkdirSync(root, { recursive: true });
  if (existsSync(archive)) {
    execFileSync('tar', ['-xf', archive, '-C', root]);
    return;
  }
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
  const mirrors = execFileSync('apt-get', ['indextargets', '--format', '$(SITE)'], { encoding: 'utf8' });
  execFileSync('debootstrap', ['--variant=minbase', 'bookworm', root, mirrors.split('\n', 1)[0] ?? ''], quiet);
  copyFileSync('/etc/resolv.conf', join(root, '/etc/resolv.conf'));
  const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends`;
  inChroot(
    root,
    `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
    ${install} ${packages.join(' ')}; rm /usr/sbin/policy-rc.d; apt-get clean`,
  );
  mkdirSync(cache, { recursive: true });
  execFileSync('tar', ['-cf', `${archive}.new`, '-C', root, '.']);
  renameSync(`${archive}.new`, archive);
}

const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  `NODE_EXTRA_CA_CERTS=${authorities}`,
];

function inChroot(root: string, script: string): string {
  const words = ['chroot', root, 'env', '-i', ...environment, 'bash', '-e', '-c', script];
  const mounts = 'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; shift; exec "$@"';
  const result = spawnSync('unshare', ['--mount', '--pid', '--fork', 'bash', '-c', mounts, 'bash', root, ...words], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status !== 0) throw new Error(`in the Debian: ${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** Several times what it takes on two quiet cores. */
const bootMs = 300_000;

/** Its console is a terminal, which systemd wants; /run is an empty one, so that nothing of this machine is touched. */
function boot(root: string): void {
  // IPAddressDeny of a unit is a program in the kernel.
  const mayFilter = '--capability=CAP_BPF --system-call-filter=bpf';
  const container = `systemd-nspawn --register=no --keep-unit --private-network ${mayFilter} -D ${root} --boot --console=interactive`;
  // Whoever ends it ends all that it started.
  const alone = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const words = [...alone, 'bash', '-c', `mount -t tmpfs none /run; exec script -qefc '${container}' /dev/null`];
  spawnSync('unshare', words, { stdio: 'ignore', timeout: bootMs, killSignal: 'SIGKILL' });
}

const runService = `[Unit]
Description=The guide, as a person would type it
After=multi-user.target
[Service]
Type=exec
WorkingDirectory=/root
Environment=${environment.join(' ')} TERM=dumb
ExecStart=/root/run/run
[Install]
WantedBy=multi-user.target
`;

const runner = (names: readonly string[]) => `#!/bin/bash
for name in ${names.join(' ')}; do
  printf 'y\\n' | bash -e /root/run/$name.sh >/root/run/$name.out 2>&1
  code=$?
  echo $code >/root/run/$name.code
  [ $code = 0 ] || break
done
journalctl --no-pager >/root/run/journal.txt 2>&1
systemctl --no-block exit
`;
