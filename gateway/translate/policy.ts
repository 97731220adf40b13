/** What the operator lets callers of one model decide. */
export interface ModelPolicy {
  /** Ollama's extensions that a caller may set: `keep_alive`, `truncate`, `shift`, `options.NAME`. */
  readonly allow: ReadonlySet<string>;
  /** Options that are always sent, with `keep_alive` among them; they win over the caller's. */
  readonly pinned: Readonly<Record<string, unknown>>;
}

/** The `models` section, as far as it decides on options; a model's name is a key, `*` is every model. */
export interface ModelsConfig {
  readonly alias: Readonly<Record<string, string>>;
  readonly allow: Readonly<Record<string, readonly string[]>>;
  readonly pin_options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Extensions that every caller may set. Those that make Ollama load the model anew (`num_ctx`, `num_gpu`, `shift` …) are
 * not among them: two callers with different values would reload it with each request.
 */
const usual = [
  ...['keep_alive', 'truncate', 'options.top_k', 'options.min_p', 'options.typical_p', 'options.repeat_penalty'],
  ...['options.repeat_last_n', 'options.num_keep'],
];

const everyModel = '*';

/** Names come from callers: so many are remembered, the others are looked up again. */
const remembered = 1000;

const policies = new WeakMap<ModelsConfig, Map<string, ModelPolicy>>();

/** The policy of a model by the name that the caller wrote; looked up once per configuration. */
export function policyOf(models: ModelsConfig, requested: string): ModelPolicy {
  const known = policies.get(models) ?? new Map<string, ModelPolicy>();
  policies.set(models, known);
  const policy = known.get(requested) ?? lookUp(models, requested);
  if (known.size < remembered) known.set(requested, policy);
  return policy;
}

function lookUp({ alias, allow, pin_options }: ModelsConfig, requested: string): ModelPolicy {
  const names = new Set([requested, alias[requested] ?? requested].map(plainName));
  const of = <Value>(table: Readonly<Record<string, Value>>): Value[] =>
    Object.entries(table).flatMap(([name, value]) =>
      name === everyModel || names.has(plainName(name)) ? [value] : [],
    );
  return { allow: new Set([...usual, ...of(allow).flat()]), pinned: Object.assign({}, ...of(pin_options)) };
}

/** A model's name without registry and `:latest`: `registry.internal/library/qwen3:32b` is `qwen3:32b`. */
const plainName = (name: string) => (name.split('/').at(-1) ?? name).replace(/:latest$/, '');
