import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { byteSize, duration, listenAddress, oneOrMany } from '../src/config/types.ts';
import { isOllamaDuration, ollamaOptionNames, ollamaOptions } from '../src/ollama-options.ts';
import { logLevels } from '../src/telemetry/log.ts';

const backendUrl = z.url({ protocol: /^https?$/, error: 'expected a URL such as http://localhost:11434' });

const address = z.string().refine(isAddressOrCidr, 'expected an IP address or a CIDR such as 10.0.0.0/16');

const hashedKey = z.strictObject({
  id: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'expected the 64 hexadecimal digits that `ops keys create` prints'),
});

const section = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);

const optionTypes = { integer: z.number().int(), number: z.number(), boolean: z.boolean() };

/** Options that are always sent for a model: any of the runner's, and how long and with how much context it stays. */
const pinnedOptions = z.strictObject({
  ...Object.fromEntries(ollamaOptionNames.map((name) => [name, optionTypes[ollamaOptions[name].type].optional()])),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  frequency_penalty: z.number().optional(),
  presence_penalty: z.number().optional(),
  seed: z.number().int().optional(),
  num_predict: z.number().int().positive().optional(),
  stop: z.array(z.string().min(1)).optional(),
  keep_alive: z
    .union(
      [z.number(), z.string().refine(isOllamaDuration)],
      'expected seconds as a number or a duration such as "10m"',
    )
    .optional(),
  truncate: z.boolean().optional(),
  shift: z.boolean().optional(),
});

/** Ollama's own parameters, which `models.allow` opens to callers. */
const extension = z.enum(['keep_alive', 'truncate', 'shift', ...ollamaOptionNames.map((name) => `options.${name}`)]);

/** The `gateway` section: the article's own schema, extended. Defaults are those of one box. */
export const gatewaySchema = z.strictObject({
  listen: listenAddress.prefault(':18789'),
  metrics_listen: listenAddress.prefault('127.0.0.1:9464'),
  ollama_api: oneOrMany(backendUrl).prefault('http://localhost:11434'),
  log_level: z.enum(logLevels).default('info'),
  rate_limit: section({
    enabled: z.boolean().default(true),
    max_requests: z.number().int().positive().default(30),
    window_seconds: z.number().int().positive().default(60),
    by: z.enum(['key_and_client', 'key', 'client']).default('key_and_client'),
    store: z.string().refine(isStore, 'expected memory or a URL such as redis://host:6379/0').default('memory'),
    on_store_failure: z.enum(['open', 'closed']).default('open'),
  }),
  auth: section({
    enabled: z.boolean().default(true),
    header_key: z.string().min(1).default('X-Api-Key'),
    valid_keys: z.array(z.union([z.string().min(1), hashedKey])).default([]),
    trust_user_header: z.boolean().default(false),
  }),
  whitelist: section({
    enabled: z.boolean().default(false),
    ips: z.array(address).default(['127.0.0.1']),
  }),
  trusted_proxies: z.array(address).default(['127.0.0.1', '::1']),
  limits: section({
    max_prompt_chars: z.number().int().positive().default(32_768),
    max_body_bytes: byteSize.prefault('20mb'),
    max_in_flight: z.number().int().positive().default(200),
    max_queue: z.number().int().nonnegative().default(512),
    queue_timeout: duration.prefault('120s'),
  }),
  timeouts: section({
    no_response: duration.prefault('3s'),
    on_silence: z.enum(['probe', 'fail']).default('probe'),
    non_stream_first_byte: duration.prefault('55s'),
    first_token: duration.prefault('120s'),
    between_tokens: duration.prefault('60s'),
    total: duration.prefault('15m'),
    cold_load: duration.prefault('10m'),
  }),
  response_filter: section({
    strip: z.array(z.enum(['model', 'created', 'system_fingerprint'])).default(['model', 'created']),
  }),
  error_format: z.enum(['auto', 'simple', 'openai']).default('auto'),
  models: section({
    alias: z.record(z.string(), z.string()).default({}),
    required: z.array(z.string()).default([]),
    allow: z.record(z.string(), z.array(extension)).default({}),
    pin_options: z.record(z.string(), pinnedOptions).default({}),
  }),
  audit: section({
    file: z.string().min(1).optional(),
    /** `off` where logrotate does it, which then sends SIGHUP. */
    rotate: z.enum(['daily', 'off']).default('daily'),
    /** Days that rotated files are kept. */
    keep: z.number().int().positive().default(30),
    gzip: z.boolean().default(true),
    user_header: z.string().min(1).default('X-User-Id'),
  }),
  cors: section({
    origins: z.array(z.string().refine(isOrigin, 'expected an origin such as https://chat.example.com')).default([]),
  }),
  sse_comment_interval: duration.prefault('10s'),
});

export type GatewayConfig = z.output<typeof gatewaySchema>;

function isAddressOrCidr(text: string): boolean {
  const [ip = '', prefix, ...rest] = text.split('/');
  const family = isIP(ip);
  // A zone belongs to one machine's network card; no set of addresses takes it.
  if (family === 0 || rest.length > 0 || ip.includes('%')) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

function isStore(text: string): boolean {
  return text === 'memory' || (/^rediss?:\/\/./.test(text) && URL.canParse(text));
}

/** What a browser sends as `Origin`: scheme, host and port, nothing else. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const sets = new WeakMap<readonly string[], BlockList>();

/** The addresses of a list as a set that answers `check`; one per list. 127.0.0.1 admits `::1` too. */
export function addressSet(addresses: readonly string[]): BlockList {
  const known = sets.get(addresses);
  if (known) return known;
  const set = new BlockList();
  sets.set(addresses, set);
  for (const text of addresses) {
    const [ip = '', prefix] = text.split('/');
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) set.addAddress(ip, family);
    else set.addSubnet(ip, Number(prefix), family);
  }
  if (set.check('127.0.0.1')) set.addAddress('::1', 'ipv6');
  return set;
}
