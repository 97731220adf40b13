import { type Fields, flag, invalid, number, object, text, texts, unknownFields } from '../fields.ts';
import type { ModelPolicy } from '../policy.ts';

/** Runner options that OpenAI's API has under their own name; absent ones keep the value of the Modelfile. */
const openaiOptions = ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'] as const;

/** Ollama's own options, and what kind of value each takes. */
export const nativeOptions = {
  num_keep: 'integer',
  top_k: 'integer',
  min_p: 'number',
  typical_p: 'number',
  repeat_penalty: 'number',
  repeat_last_n: 'integer',
  num_ctx: 'integer',
  num_batch: 'integer',
  num_gpu: 'integer',
  main_gpu: 'integer',
  num_thread: 'integer',
  draft_num_predict: 'integer',
  use_mmap: 'boolean',
} as const;

export type NativeOption = keyof typeof nativeOptions;

const nativeNames = Object.keys(nativeOptions) as NativeOption[];

const nativeSet: ReadonlySet<string> = new Set(nativeNames);

/** Top-level names that are read here. Some clients give Ollama's options there instead of under `options`. */
export const optionFields: readonly string[] = [
  ...['options', 'seed', 'stop', 'max_tokens', 'max_completion_tokens', ...openaiOptions],
  ...nativeNames,
];

/** The options of a request: the caller's as far as the policy lets it, and the pinned ones over them. */
export function readOptions(body: Fields, policy: ModelPolicy, ignored: string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const add = (name: string, value: unknown) => {
    if (value !== undefined) options[name] = value;
  };
  addNative(body, policy, ignored, add);
  for (const name of openaiOptions) add(name, number(body, name));
  add('seed', number(body, 'seed', { integer: true }));
  add('stop', texts(body, 'stop'));
  const limit = { integer: true, min: 1 };
  const longer = number(body, 'max_completion_tokens', limit);
  add('num_predict', number(body, 'max_tokens', limit));
  add('num_predict', longer);
  const { keep_alive: _, ...pinned } = policy.pinned;
  return { ...options, ...pinned };
}

function addNative(
  body: Fields,
  { allow, pinned }: ModelPolicy,
  ignored: string[],
  add: (name: string, value: unknown) => void,
): void {
  const given = object(body, 'options') ?? {};
  ignored.push(...unknownFields(given, nativeSet).map((name) => `options.${name}`));
  for (const name of nativeNames) {
    if (given[name] === undefined && body[name] === undefined) continue;
    const nested = native(given, name, `options.${name}`);
    const value = nested ?? native(body, name, name);
    if (value === undefined) continue;
    const path = nested === undefined ? name : `options.${name}`;
    if (name in pinned ? pinned[name] !== value : !allow.has(`options.${name}`)) ignored.push(path);
    else add(name, value);
  }
}

function native(fields: Fields, name: NativeOption, param: string): number | boolean | undefined {
  if (nativeOptions[name] === 'boolean') return flag(fields, name, param);
  return number(fields, name, { integer: nativeOptions[name] === 'integer' }, param);
}

/** Go's durations, or seconds as a number; `-1` for ever must be the number. */
export const durationPattern = /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;

/** How long the model stays in memory after the answer. */
export function readKeepAlive(body: Fields, { allow, pinned }: ModelPolicy, ignored: string[]) {
  const given = body['keep_alive'];
  const own = pinned['keep_alive'] as string | number | undefined;
  if (given === undefined || given === null) return own;
  const value = typeof given === 'number' ? given : (text(body, 'keep_alive') ?? '');
  if (typeof value === 'string' && !durationPattern.test(value)) {
    throw invalid('keep_alive', 'keep_alive: expected seconds as a number or a duration such as "10m"');
  }
  if (own === undefined && allow.has('keep_alive')) return value;
  if (own !== value) ignored.push('keep_alive');
  return own;
}
