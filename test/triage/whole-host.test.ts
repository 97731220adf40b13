import { expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';

const journal = (second: number, line: string) => `Nov 24 10:00:${String(second).padStart(2, '0')} gpu-box ${line}`;

/** A few lines of `journalctl -b` of a host on which nothing is wrong with the chat. */
const host = [
  'kernel: nvme nvme0: Shutdown timeout set to 8 seconds',
  'systemd[1]: Started ollama.service - Ollama Service.',
  'patchd[1510]: Error checking platform: open /etc/lsb-release: permission denied',
  "systemd[1]: xrdp.service: Can't open PID file /run/xrdp/xrdp.pid (yet?) after start: Operation not permitted",
  'splash.sh[168]: Failed to create secure directory (/root/.config/pulse): Read-only file system',
  'scand[982]: scan: error while loading shared libraries: libscan.so.21: cannot open shared object file',
  'subiquity[3582]: ERROR: ld.so: object from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored.',
  'systemd[1]: gvmd.service: Failed with result timeout.',
  'sshd[812]: error: kex_exchange_identification: Connection closed by remote host',
  'NetworkManager[700]: <warn> device (wlan0): connect to the access point failed: connection refused',
].map((line, second) => journal(second, line));

test("a whole host's journal says nothing of a chat by its other programs", async () => {
  const { verdict } = await diagnoseText(host.join('\n'), { source: 'journal' });
  expect(verdict).toMatchObject({ cause: 'healthy', evidence: [] });
});

test.each([
  ['port-in-use', 'ollama[1843]: Error: listen tcp 127.0.0.1:11434: bind: address already in use'],
  ['model-store-permission', 'ollama[1843]: Error: mkdir /data/models/blobs: permission denied'],
  [
    'gpu-lost-xid',
    'kernel: NVRM: Xid (PCI:0000:03:00): 79, pid=3074, GPU has fallen off the bus. GPU 0000:03:00.0: GPU is lost.',
  ],
  [
    'host-oom-killed',
    'kernel: Out of memory: Killed process 1843 (ollama) total-vm:41211904kB, anon-rss:31211904kB, file-rss:0kB',
  ],
  ['service-misconfig', 'systemd[1]: ollama.service: Failed at step EXEC spawning /usr/bin/ollama: No such file'],
  ['service-down', 'chatapp[77]: connect ECONNREFUSED 127.0.0.1:11434'],
  ['disk-full', 'rsyslogd[633]: file /var/log/syslog: write error: No space left on device'],
])('%s is found in it', async (cause, line) => {
  const { verdict } = await diagnoseText([...host, journal(30, line), ...host].join('\n'), { source: 'journal' });
  expect(verdict.cause).toBe(cause);
  expect(verdict.evidence[0]).toMatchObject({ line: host.length + 1 });
});
