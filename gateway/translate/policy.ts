import { ollamaOptionNames, ollamaOptions } from '../../src/ollama-options.ts';
import type { GatewayConfig } from '../config.ts';

type Models = GatewayConfig['models'];

/** What the operator lets callers of one model decide, and what he has decided himself. */
export interface ModelPolicy {
  /** Names of Ollama's extensions that a caller may set: `keep_alive`, `truncate`, `shift`, `options.NAME`. */
  readonly allow: ReadonlySet<string>;
  /** Options, `keep_alive`, `truncate` and `shift` that are always sent. */
  readonly pinned: Readonly<Record<string, unknown>>;
  /** Of the gpt-oss family: how hard it thinks can be said, not whether. */
  readonly alwaysThinks?: boolean;
}

/** What a caller may set where `models.allow` says nothing: whatever does not load the model anew. */
const usual: readonly string[] = [
  'keep_alive',
  'truncate',
  ...ollamaOptionNames.filter((name) => !ollamaOptions[name].reloads).map((name) => `options.${name}`),
];

/** Names come from callers: so many are remembered, the others are looked up each time. */
const remembered = 1000;

const policies = new WeakMap<Models, Map<unknown, ModelPolicy>>();

/** The policy of a request for `requested`; the name of the model is checked by the translation. */
export function policyOf(models: Models, requested: unknown): ModelPolicy {
  const known = policies.get(models) ?? new Map<unknown, ModelPolicy>();
  policies.set(models, known);
  const before = known.get(requested);
  if (before) return before;
  const policy = lookUp(models, requested);
  if (known.size < remembered && typeof requested === 'string') known.set(requested, policy);
  return policy;
}

function lookUp({ allow, pin_options, alias }: Models, requested: unknown): ModelPolicy {
  const names = typeof requested === 'string' ? [requested, ...aliasOf(alias, requested)] : [];
  const entryOf = <Value>(entries: Readonly<Record<string, Value>>) =>
    Object.entries(entries).find(([name]) => names.some((wanted) => isSameModel(name, wanted)))?.[1] ?? entries['*'];
  return {
    allow: new Set(entryOf(allow) ?? usual),
    pinned: entryOf(pin_options) ?? {},
    alwaysThinks: names.some((name) => /(^|\/)gpt-oss(?![^:-])/i.test(name)),
  };
}

/** Names such as `constructor` are no aliases. */
const aliasOf = (alias: Models['alias'], requested: string) =>
  Object.entries(alias).flatMap(([name, target]) => (name === requested ? [target] : []));

/** `m` is `m:latest`, and `qwen3:32b` is `registry.internal/library/qwen3:32b`. */
function isSameModel(a: string, b: string): boolean {
  const [left, right] = [withTag(a), withTag(b)];
  return left === right || left.endsWith(`/${right}`) || right.endsWith(`/${left}`);
}

const withTag = (name: string) => (name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`);
