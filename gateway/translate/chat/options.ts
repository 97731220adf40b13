import type { OllamaChatRequest } from '../../../src/ollama.ts';
import {
  isOllamaDuration,
  type OllamaOptionName,
  ollamaOptionNames,
  ollamaOptions,
} from '../../../src/ollama-options.ts';
import { type Fields, flag, invalid, isGiven, number, object, text, texts, unknownFields } from '../fields.ts';
import type { ModelPolicy } from '../policy.ts';

type Options = Record<string, unknown>;

/** Options that OpenAI's API has under the same name; any caller may set them. */
const shared = [
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'num_predict',
] as const;

/** Ollama's parameters that stand beside `options`, never in it. */
const besides = ['keep_alive', 'truncate', 'shift'] as const;

/** Names that a chat request may have at its top level for options. */
export const optionFields: readonly string[] = [
  ...[...shared, ...besides, ...ollamaOptionNames],
  ...['options', 'max_tokens', 'max_completion_tokens'],
];

const insideOptions: ReadonlySet<string> = new Set([...shared, ...ollamaOptionNames]);

/**
 * Sets the runner's options: what the caller gave and may give, then what the operator pinned. Absent ones keep the value
 * of the Modelfile. What the caller gave in vain is added to `ignored` under the caller's name.
 *
 * @throws OpsError `invalid_request` naming the field.
 */
export function addOptions(request: OllamaChatRequest, body: Fields, policy: ModelPolicy, ignored: string[]): void {
  const inner = object(body, 'options') ?? {};
  const options: Options = {};
  const context = { options, policy, ignored };
  // The top level is read last: its names are those of OpenAI's API.
  for (const [fields, prefix] of [
    [inner, 'options.'],
    [body, ''],
  ] as const) {
    for (const name of shared) {
      if (isGiven(fields, name)) set(context, name, readShared(fields, name, prefix + name), prefix + name);
    }
    for (const name of ollamaOptionNames) {
      if (isGiven(fields, name)) readOwn(context, fields, name, prefix + name);
    }
  }
  ignored.push(...unknownFields(inner, insideOptions).map((name) => `options.${name}`));
  for (const name of ['max_tokens', 'max_completion_tokens'] as const) {
    set(context, 'num_predict', number(body, name, { integer: true, min: 1 }), name);
  }
  for (const name of besides) {
    if (!isGiven(body, name)) continue;
    if (!policy.allow.has(name) || policy.pinned[name] !== undefined) ignored.push(name);
    else Object.assign(request, { [name]: name === 'keep_alive' ? readKeepAlive(body) : flag(body, name) });
  }
  addPinned(request, options, policy.pinned);
}

interface Context {
  readonly options: Options;
  readonly policy: ModelPolicy;
  readonly ignored: string[];
}

function set({ options, policy, ignored }: Context, name: string, value: unknown, param: string): void {
  if (value === undefined) return;
  if (policy.pinned[name] === undefined) options[name] = value;
  else ignored.push(param);
}

function readShared(fields: Fields, name: (typeof shared)[number], param: string): unknown {
  if (name === 'stop') {
    const stop = texts(fields, name, param);
    // An empty list would take away those of the Modelfile.
    return stop?.length === 0 ? undefined : stop;
  }
  if (name === 'seed') return number(fields, name, { integer: true }, param);
  // 0 does not limit an answer in Ollama, and -1 and -2 are its words for no limit.
  if (name === 'num_predict') return number(fields, name, { integer: true, min: fields[name] === 0 ? 1 : -2 }, param);
  return number(fields, name, {}, param);
}

/** An option that only Ollama has: read only where it may be set, so that a wrong value of a dropped one is no error. */
function readOwn(context: Context, fields: Fields, name: OllamaOptionName, param: string): void {
  if (!context.policy.allow.has(`options.${name}`)) {
    context.ignored.push(param);
    return;
  }
  const { type } = ollamaOptions[name];
  const value =
    type === 'boolean' ? flag(fields, name, param) : number(fields, name, { integer: type === 'integer' }, param);
  set(context, name, value, param);
}

/** Seconds, or a duration with a unit. A number alone in a text is no duration in Ollama. */
function readKeepAlive(body: Fields): string | number | undefined {
  const given = body['keep_alive'];
  if (typeof given === 'number') return number(body, 'keep_alive');
  const duration = text(body, 'keep_alive');
  if (duration === undefined || isOllamaDuration(duration)) return duration;
  throw invalid('keep_alive', 'keep_alive: expected seconds as a number or a duration such as "10m"');
}

function addPinned(request: OllamaChatRequest, options: Options, pinned: ModelPolicy['pinned']): void {
  for (const [name, value] of Object.entries(pinned)) {
    if ((besides as readonly string[]).includes(name)) Object.assign(request, { [name]: value });
    else options[name] = value;
  }
  if (Object.keys(options).length > 0) request.options = options;
}
