import type { Message } from './message.ts';

const xid = (code: number, rest: string) => `[81234.567] NVRM: Xid (PCI:0000:65:00): ${code}, ${rest}`;

/** What the kernel, the NVIDIA driver and its tools say. */
export const machineMessages: readonly Message[] = [
  [xid(79, "pid='<unknown>', name=<unknown>, GPU has fallen off the bus."), 'gpu-lost-xid'],
  [
    xid(
      119,
      'pid=4242, name=ollama, Timeout after 6s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL).',
    ),
    'gpu-lost-xid',
  ],
  [xid(120, 'pid=4242, name=ollama, GSP task timeout'), 'gpu-lost-xid'],
  [xid(154, 'GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)'), 'gpu-lost-xid'],
  [xid(62, '2203(2d6c) 00000000 00000000'), 'gpu-lost-xid'],
  [
    xid(
      48,
      "pid='<unknown>', name=<unknown>, An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 4, subpartition 1.",
    ),
    'gpu-ecc-xid',
  ],
  [xid(63, 'Row Remapper: New row (0x00000001) marked for remapping, reset gpu to activate.'), 'gpu-ecc-xid'],
  [xid(64, "pid='<unknown>', name=<unknown>, Row Remapper: Failed to remap row"), 'gpu-ecc-xid'],
  [xid(94, 'pid=77, name=llama-server, Contained: CE User Channel (0x9). RST: No, D-RST: No'), 'gpu-ecc-xid'],
  [xid(95, 'Uncontained: FBHUB. RST: Yes, D-RST: No'), 'gpu-ecc-xid'],
  [
    '[81234.567] NVRM: GPU at PCI:0000:65:00: GPU-6ac8\n[81234.568] NVRM: _kgspRpcRecvPoll: GSP RM heartbeat timed out',
    'gpu-lost-xid',
  ],
  ['NVRM: GPU 0000:65:00.0: GPU has fallen off the bus.', 'gpu-lost-xid'],
  [
    'NVRM: API mismatch: the client has the version 570.86.10, but\nNVRM: this kernel module has the version 570.124.06.',
    'driver-mismatch',
  ],
  [
    "nvidia-fabricmanager[1552]: fabric manager NVIDIA GPU driver interface version 570.124.06 don't match with driver version 570.133.20. Please update with matching NVIDIA driver package.",
    'driver-mismatch',
  ],
  ['akmods[1203]: Building and installing nvidia-kmod [FAILED]', 'driver-not-loaded'],
  ['nvidia-persistenced[901]: Failed to open /dev/nvidiactl: No such file or directory', 'driver-not-loaded'],
  ['EXT4-fs warning (device nvme0n1p2): ext4_da_write_begin: No space left', 'disk-full'],
  ['sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database or disk is full', 'disk-full'],
  ['clawdbot-watch[88]: cannot write /var/lib/clawdbot-watch/samples.db: no space left on device', 'disk-full'],
  ['BTRFS info (device dm-0): space_info DATA has 0 free, is full', 'disk-full'],
  ['NVRM: The NVIDIA probe routine was not called for 1 device(s).', 'driver-not-loaded'],
  ['modprobe: FATAL: Module nvidia not found in directory /lib/modules/6.8.0-60-generic', 'driver-not-loaded'],
  ["modprobe: ERROR: could not insert 'nvidia': Key was rejected by service", 'driver-not-loaded'],
  [
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
    'driver-not-loaded',
  ],
  ['Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124', 'driver-mismatch'],
  ['Failed to initialize NVML: Unknown Error', 'gpu-lost-in-container'],
  ['Unable to determine the device handle for GPU0000:01:00.0: Unknown Error', 'gpu-lost-xid'],
  [
    'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU',
    'gpu-lost-xid',
  ],
  ['No devices were found', 'driver-not-loaded'],
  [
    'Out of memory: Killed process 4242 (ollama) total-vm:81234567kB, anon-rss:61234567kB, file-rss:0kB, shmem-rss:0kB, UID:998 pgtables:120000kB oom_score_adj:0',
    'host-oom-killed',
  ],
  [
    'Memory cgroup out of memory: Killed process 77 (llama-server) total-vm:8123456kB, anon-rss:6123456kB',
    'host-oom-killed',
  ],
  [
    'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=docker-ab.scope,mems_allowed=0,oom_memcg=/docker/ab,task_memcg=/docker/ab,task=ollama,pid=991,uid=0',
    'host-oom-killed',
  ],
  ['Out of memory: Killed process 88 (mysqld) total-vm:2123456kB, anon-rss:1923456kB', 'other-process-oom'],
  ['ollama[4242]: segfault at 8 ip 00007f2b sp 00007ffc error 4 in libggml-cuda.so[7f2b+1000]', 'runner-crash-segv'],
  ['traps: llama-server[4242] trap invalid opcode ip:55d sp:7ffd error:0 in llama-server[55d+1000]', 'cpu-instruction'],
  ['nf_conntrack: nf_conntrack: table full, dropping packet', 'conntrack-full'],
  ['nvidia: module verification failed: signature and/or required key missing - tainting kernel', undefined],
  ['pcieport 0000:00:01.0: AER: Corrected error message received from 0000:01:00.0', undefined],
  ['nvidia-modeset: Loading NVIDIA Kernel Mode Setting Driver for UNIX platforms  570.124.06', undefined],
  [
    'audit: type=1400 audit(1741064767.123:45): apparmor="STATUS" operation="profile_load" name="docker-default"',
    undefined,
  ],
  ['docker0: port 1(veth12ab) entered forwarding state', undefined],
];

/** What systemd, Docker and Kubernetes say of the processes, and Go and Node of their connections. */
export const serviceMessages: readonly Message[] = [
  ["systemd[1]: ollama.service: Failed with result 'oom-kill'.", 'host-oom-killed'],
  ['systemd[1]: ollama.service: A process of this unit has been killed by the OOM killer.', 'host-oom-killed'],
  ['systemd[1]: ollama.service: Main process exited, code=dumped, status=11/SEGV', 'runner-crash-segv'],
  ['systemd[1]: ollama.service: Main process exited, code=dumped, status=4/ILL', 'cpu-instruction'],
  ['systemd[1]: ollama.service: Main process exited, code=exited, status=203/EXEC', 'service-misconfig'],
  ['systemd[1]: ollama.service: Main process exited, code=exited, status=217/USER', 'service-misconfig'],
  [
    'systemd[1]: Stopping ollama.service - Ollama Service...\nsystemd[1]: ollama.service: Deactivated successfully.\nsystemd[1]: Stopped ollama.service - Ollama Service.',
    'service-stopped',
  ],
  ['    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137', 'host-oom-killed'],
  [
    'Warning  BackOff  kubelet  Back-off restarting failed container\nState: Terminated\nReason: OOMKilled',
    'host-oom-killed',
  ],
  ["Error: could not connect to ollama server, run 'ollama serve' to start it", 'service-down'],
  [
    "Error: ollama server not responding - could not connect to ollama server, run 'ollama serve' to start it",
    'service-down',
  ],
  ['Post "http://127.0.0.1:11434/api/chat": dial tcp 127.0.0.1:11434: connect: connection refused', 'service-down'],
  [
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='localhost', port=11434): Max retries exceeded with url: /api/chat (Caused by NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused)",
    'service-down',
  ],
  [
    "TypeError: fetch failed\n  [cause]: Error: connect ECONNREFUSED 127.0.0.1:11434\n    errno: -111,\n    code: 'ECONNREFUSED'",
    'service-down',
  ],
  ["curl: (7) Failed to connect to localhost port 11434 after 0 ms: Couldn't connect to server", 'service-down'],
  [
    "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host localhost:11434 ssl:default [Connect call failed ('127.0.0.1', 11434)]",
    'service-down',
  ],
  ['TypeError: fetch failed\n  [cause]: Error: connect ECONNREFUSED 127.0.0.1:18789', 'gateway-down'],
  ['curl: (7) Failed to connect to 127.0.0.1 port 18789 after 0 ms: Connection refused', 'gateway-down'],
];
