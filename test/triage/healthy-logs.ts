import type { LogKind } from '../../src/logs/record.ts';
import type { Random } from './mutations.ts';

/** Writes a log of a kind, as long as asked, of a machine on which nothing is wrong; the same for the same numbers. */
export type HealthyLog = (lines: number, random: Random) => string;

const start = Date.UTC(2026, 10, 24, 6, 0, 0);

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
const between = (random: Random, low: number, high: number) => Math.floor(low + random() * (high - low));
const iso = (at: number) => new Date(at).toISOString();
const two = (value: number) => String(value).padStart(2, '0');
const hex = (random: Random, length: number) =>
  Array.from({ length }, () => between(random, 0, 16).toString(16)).join('');
const address = (random: Random) => `203.0.113.${between(random, 1, 255)}`;

function local(at: number, separator = ' '): string {
  const date = new Date(at);
  const day = `${date.getUTCFullYear()}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}`;
  return `${day}${separator}${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** Lines that follow each other by up to two seconds. */
const timed =
  (write: (at: number, random: Random, line: number) => string): HealthyLog =>
  (lines, random) => {
    let at = start;
    return Array.from({ length: lines }, (_, line) => {
      at += between(random, 20, 2000);
      return write(at, random, line);
    }).join('\n');
  };

/** Pages, chats, sockets, scanners. */
const requests = [
  ['GET / HTTP/2.0', 200],
  ['GET /assets/app.1a2b3c4d.js HTTP/2.0', 304],
  ['POST /v1/chat/completions HTTP/1.1', 200],
  ['POST /v1/chat/completions HTTP/1.1', 200],
  ['GET /ws HTTP/1.1', 101],
  ['GET /wp-login.php HTTP/1.1', 404],
  ['GET /.env HTTP/1.1', 404],
  ['POST /v1/chat/completions HTTP/1.1', 401],
  ['HEAD / HTTP/1.1', 301],
  ['', 400],
] as const;
const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'OpenAI/Python 2.8.0', 'curl/8.5.0', '-', 'ops-probe'];

const combined = timed((at, random) => {
  const [request, status] = pick(random, requests);
  const when = `${two(new Date(at).getUTCDate())}/Nov/2026:${iso(at).slice(11, 19)} +0000`;
  return `${address(random)} - - [${when}] "${request}" ${status} ${between(random, 200, 90_000)} "-" "${pick(random, agents)}"`;
});

const accessJson = timed((at, random) => {
  const [request, status] = pick(random, requests);
  const [method = '', uri = ''] = request.split(' ');
  return JSON.stringify({
    ...{
      time: iso(at),
      remote_addr: address(random),
      request_id: hex(random, 32),
      request_method: method,
      uri,
      status,
    },
    ...{ body_bytes_sent: between(random, 200, 90_000), request_time: between(random, 1, 9000) / 1000 },
    ...{ upstream_status: String(status), http_user_agent: pick(random, agents) },
  });
});

const nginxSays = [
  ['notice', 'signal process started'],
  ['notice', 'gracefully shutting down'],
  ['notice', 'reconfiguring'],
  ['info', 'client 203.0.113.9 closed keepalive connection'],
  ['info', 'epoll_wait() reported that client prematurely closed connection while sending to client'],
  ['warn', 'a client request body is buffered to a temporary file /var/cache/nginx/client_temp/0000000001'],
  ['error', 'open() "/usr/share/nginx/html/robots.txt" failed (2: No such file or directory)'],
  ['error', 'access forbidden by rule'],
  ['crit', 'SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking'],
] as const;

const nginxError = timed((at, random, line) => {
  const [level, text] = pick(random, nginxSays);
  const about = `client: ${address(random)}, server: ai.yourcompany.com, request: "GET /502 HTTP/1.1"`;
  return `${local(at)} [${level}] 4711#4711: *${line} ${text}, ${about}`;
});

const audit = timed((at, random) => {
  const first = between(random, 200, 2500) / 1000;
  const decode = between(random, 500, 9000) / 1000;
  const [status, outcome, error] = random() < 0.05 ? [401, 'rejected', 'invalid_api_key'] : [200, 'ok', null];
  return JSON.stringify({
    ...{ type: 'audit', time: iso(at), request_id: hex(random, 32), client_request_id: null, user_id: null },
    ...{ client_ip: address(random), method: 'POST', path: '/v1/chat/completions', model: 'qwen3:32b', stream: true },
    ...{ status, outcome, error, response_time: first + decode, ttft: first, queue_time: 0, decode_time: decode },
    ...{ completion_tokens: between(random, 5, 900), aborted: false, probe: random() < 0.05, prompt_truncated: false },
  });
});

const routes = [
  'GET      "/api/tags"',
  'GET      "/api/ps"',
  'HEAD     "/"',
  'POST     "/api/show"',
  'GET      "/api/version"',
];

function gin(at: number, random: Random): string {
  const chat = random() < 0.5;
  const took = chat
    ? `${(0.4 + random() * 2).toFixed(6)}s`
    : `${between(random, 20, 900)}.${between(random, 1, 999)}µs`;
  const route = chat ? 'POST     "/api/chat"' : pick(random, routes);
  return `[GIN] ${local(at, ' - ')} | 200 | ${took.padStart(12)} |       127.0.0.1 | ${route}`;
}

/** What Ollama writes while all goes well, by the release that began to write so. */
const ollamaSays = {
  '0.5': [
    'level=INFO source=sched.go:714 msg="new model will fit in available VRAM in single GPU, loading" parallel=4 available=25096290304 required="21.5 GiB"',
    'level=INFO source=server.go:594 msg="llama runner started in 3.52 seconds"',
    'level=INFO source=server.go:555 msg="waiting for llama runner to start responding"',
    'level=INFO source=memory.go:356 msg="offload to cuda" layers.requested=-1 layers.model=65 layers.offload=65',
  ],
  '0.24': [
    'level=INFO source=runner.go:1284 msg=load request="{Operation:commit LoraPath:[] Parallel:4 BatchSize:512}"',
    'level=INFO source=ggml.go:482 msg="offloading 64 repeating layers to GPU"',
    'level=INFO source=ggml.go:494 msg="offloaded 65/65 layers to GPU"',
    'level=INFO source=server.go:1466 msg="llama runner started in 2.12 seconds"',
  ],
  '0.32': [
    'level=INFO source=sched.go:613 msg="loaded runners" count=1',
    'level=INFO source=llama_server.go:2101 msg="llama-server started in 1.91 seconds"',
    'level=INFO source=sched.go:260 msg="vram-based default context" total_vram="24.0 GiB" default_num_ctx=32768',
    'level=WARN source=model_recommendations.go:81 msg="model recommendations snapshot is not there yet"',
  ],
} as const;

const runnerSays = [
  'load_tensors: offloaded 65/65 layers to GPU',
  'load_tensors:        CUDA0 model buffer size = 18508.35 MiB',
  'llama_kv_cache:      CUDA0 KV buffer size =  2176.00 MiB',
  'slot print_timing: id  0 | task 7 | eval time = 4021.11 ms / 180 tokens (22.34 ms per token, 44.76 tokens per second)',
  "load: control-looking token: 128247 '</s>' was not control-type; this is probably a bug in the model",
  'llama_context: n_ctx_per_seq (4096) < n_ctx_train (40960) -- the full capacity of the model will not be utilized',
];

const ollama = (release: keyof typeof ollamaSays) =>
  timed((at, random) => {
    const kind = random();
    if (kind < 0.6) return gin(at, random);
    return kind < 0.8 ? pick(random, runnerSays) : `time=${iso(at)} ${pick(random, ollamaSays[release])}`;
  });

const kernelSays = [
  'usb 1-4: new high-speed USB device number 7 using xhci_hcd',
  'br-2f1a: port 2(veth9f1c) entered forwarding state',
  '[UFW BLOCK] IN=eno1 OUT= SRC=203.0.113.8 DST=192.0.2.4 PROTO=TCP SPT=44123 DPT=11434 SYN URGP=0',
  'EXT4-fs (nvme0n1p2): mounted filesystem with ordered data mode. Quota mode: none.',
  'perf: interrupt took too long (3146 > 3138), lowering kernel.perf_event_max_sample_rate to 63500',
  'NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2026',
  'nvidia-uvm: Loaded the UVM driver, major device number 511.',
  'audit: type=1400 apparmor="ALLOWED" operation="open" profile="docker-default" comm="ollama"',
  'TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.',
];

const kernel = timed((at, random) => `[${((at - start) / 1000).toFixed(6).padStart(12)}] ${pick(random, kernelSays)}`);

/** `nvidia-smi -q` again and again; the section was renamed in 2023 (R535). */
const details =
  (reasons: 'Clocks Throttle Reasons' | 'Clocks Event Reasons'): HealthyLog =>
  (lines, random) => {
    const block = () =>
      [
        `GPU 00000000:0${between(random, 1, 9)}:00.0`,
        `    Performance State                     : P${pick(random, [0, 2, 8])}`,
        `    ${reasons}`,
        `        Idle                              : ${pick(random, ['Active', 'Not Active'])}`,
        `        SW Power Cap                      : ${pick(random, ['Active', 'Not Active'])}`,
        '        HW Slowdown                       : Not Active',
        '            HW Thermal Slowdown           : Not Active',
        '            HW Power Brake Slowdown       : Not Active',
        '        SW Thermal Slowdown               : Not Active',
        '    Temperature',
        `        GPU Current Temp                  : ${between(random, 31, 85)} C`,
        '        GPU Shutdown Temp                 : 98 C',
        '        GPU Slowdown Temp                 : 95 C',
        `        Memory Current Temp               : ${pick(random, ['N/A', '78 C'])}`,
      ].join('\n');
    return Array.from({ length: Math.ceil(lines / 14) }, block).join('\n');
  };

const certbotSays = [
  'Saving debug log to /var/log/letsencrypt/letsencrypt.log',
  'Processing /etc/letsencrypt/renewal/ai.yourcompany.com.conf',
  'Certificate not yet due for renewal',
  'The following certificates are not due for renewal yet:',
  '  /etc/letsencrypt/live/ai.yourcompany.com/fullchain.pem expires on 2027-02-01 (skipped)',
  'No renewals were attempted.',
  'Congratulations, all renewals succeeded:',
];

const certbot: HealthyLog = (lines, random) =>
  Array.from({ length: lines }, () => pick(random, certbotSays)).join('\n');

/** Every format that a healthy machine writes, the first of a kind being the usual one. */
export const healthyLogs: readonly { readonly kind: LogKind; readonly format: string; readonly write: HealthyLog }[] = [
  { kind: 'nginx-access', format: 'combined', write: combined },
  { kind: 'nginx-access', format: 'JSON', write: accessJson },
  { kind: 'nginx-error', format: 'nginx 1.22', write: nginxError },
  { kind: 'gateway-log', format: 'audit lines', write: audit },
  { kind: 'ollama-log', format: '0.5', write: ollama('0.5') },
  { kind: 'ollama-log', format: '0.24', write: ollama('0.24') },
  { kind: 'ollama-log', format: '0.32', write: ollama('0.32') },
  { kind: 'dmesg', format: 'since boot', write: kernel },
  { kind: 'nvidia-smi', format: '-q before R535', write: details('Clocks Throttle Reasons') },
  { kind: 'nvidia-smi', format: '-q from R535', write: details('Clocks Event Reasons') },
  { kind: 'certbot', format: 'renew', write: certbot },
];
