import type { OllamaChatRequest } from '../../../src/ollama.ts';
import {
  asObject,
  type Fields,
  flag,
  invalid,
  list,
  number,
  object,
  requiredText,
  text,
  texts,
  unknownFields,
} from '../fields.ts';
import { toOllamaMessages } from './messages.ts';

/** What a chat request asks of Ollama, and how its caller wants the answer. */
export interface ChatTranslation {
  /** With the model's name as the caller wrote it. */
  readonly request: OllamaChatRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Names of parameters that were given and have no effect. */
  readonly ignored: readonly string[];
}

/** Runner options that OpenAI's API has under their own name; absent ones keep the value of the Modelfile. */
const openaiOptions = ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'] as const;

/** Ollama's own options that are passed on. Those that reload the model are not among them, except `num_ctx`. */
const nativeOptions = [
  'num_ctx',
  'num_keep',
  'top_k',
  'min_p',
  'typical_p',
  'repeat_penalty',
  'repeat_last_n',
] as const;

const integers: ReadonlySet<string> = new Set(['num_ctx', 'num_keep', 'top_k', 'repeat_last_n']);

const known: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'n', 'max_tokens', 'max_completion_tokens', 'stop', 'seed'],
  ...['tools', 'tool_choice', 'response_format', 'reasoning_effort', 'reasoning', 'logprobs', 'top_logprobs'],
  ...['keep_alive', 'truncate', 'shift', 'options', ...openaiOptions],
]);

const efforts: Readonly<Record<string, boolean | string>> = {
  none: false,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  max: 'max',
  xhigh: 'max',
  ultra: 'max',
};

/** Translates `POST /v1/chat/completions` into `POST /api/chat`. @throws OpsError `invalid_request` naming the field. */
export function translateChat(body: Fields): ChatTranslation {
  const messages = list(body, 'messages');
  if (!messages || messages.length === 0) throw invalid('messages', 'messages: expected at least one message');
  if ((number(body, 'n', { integer: true, min: 1 }) ?? 1) > 1) throw invalid('n', 'n: only 1 is supported');
  const ignored = unknownFields(body, known);
  const request: OllamaChatRequest = {
    model: requiredText(body, 'model'),
    messages: toOllamaMessages(messages),
    stream: true,
  };
  addTools(request, body, ignored);
  addFormat(request, body);
  addThinking(request, body);
  addExtensions(request, body);
  const options = readOptions(body, ignored);
  if (Object.keys(options).length > 0) request.options = options;
  const usage = object(body, 'stream_options');
  return {
    request,
    stream: flag(body, 'stream') ?? false,
    includeUsage: usage ? (flag(usage, 'include_usage', 'stream_options.include_usage') ?? false) : false,
    ignored,
  };
}

function addTools(request: OllamaChatRequest, body: Fields, ignored: string[]): void {
  const choice = body['tool_choice'];
  const tools = list(body, 'tools');
  if (choice !== undefined && choice !== null && choice !== 'none') ignored.push('tool_choice');
  if (!tools || tools.length === 0 || choice === 'none') return;
  request.tools = tools.map((value, index) => {
    const param = `tools[${index}]`;
    const details = asObject(asObject(value, param)['function'], `${param}.function`);
    const { strict: _, ...rest } = details;
    return { type: 'function', function: { ...rest, name: requiredText(details, 'name', `${param}.function.name`) } };
  });
}

function addFormat(request: OllamaChatRequest, body: Fields): void {
  const format = object(body, 'response_format');
  if (!format) return;
  const type = requiredText(format, 'type', 'response_format.type');
  if (type === 'json_object') request.format = 'json';
  else if (type === 'json_schema') {
    const wrapper = asObject(format['json_schema'], 'response_format.json_schema');
    request.format = asObject(wrapper['schema'], 'response_format.json_schema.schema');
  } else if (type !== 'text') {
    const message = `response_format.type: expected text, json_object or json_schema, got ${JSON.stringify(type)}`;
    throw invalid('response_format.type', message);
  }
}

function addThinking(request: OllamaChatRequest, body: Fields): void {
  const reasoning = object(body, 'reasoning');
  const effort = text(body, 'reasoning_effort') ?? (reasoning && text(reasoning, 'effort', 'reasoning.effort'));
  if (effort === undefined) return;
  const think = efforts[effort];
  if (think === undefined) {
    const expected = Object.keys(efforts).join(', ');
    throw invalid('reasoning_effort', `reasoning_effort: expected one of ${expected}, got ${JSON.stringify(effort)}`);
  }
  request.think = think;
}

function addExtensions(request: OllamaChatRequest, body: Fields): void {
  for (const name of ['logprobs', 'truncate', 'shift'] as const) {
    const value = flag(body, name);
    if (value !== undefined) request[name] = value;
  }
  const top = number(body, 'top_logprobs', { integer: true, min: 0, max: 20 });
  if (top !== undefined) request.top_logprobs = top;
  const keep = body['keep_alive'];
  if (typeof keep === 'number') request.keep_alive = keep;
  else if (keep !== undefined && keep !== null) {
    const duration = text(body, 'keep_alive') ?? '';
    if (!/^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(duration)) {
      throw invalid('keep_alive', 'keep_alive: expected seconds as a number or a duration such as "10m"');
    }
    request.keep_alive = duration;
  }
}

function readOptions(body: Fields, ignored: string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const add = (name: string, value: unknown) => {
    if (value !== undefined) options[name] = value;
  };
  const native = object(body, 'options') ?? {};
  for (const name of nativeOptions) add(name, number(native, name, { integer: integers.has(name) }, `options.${name}`));
  for (const name of unknownFields(native, new Set(nativeOptions))) ignored.push(`options.${name}`);
  for (const name of openaiOptions) add(name, number(body, name));
  add('seed', number(body, 'seed', { integer: true }));
  add('stop', texts(body, 'stop'));
  const limit = { integer: true, min: 1 };
  const longer = number(body, 'max_completion_tokens', limit);
  add('num_predict', longer ?? number(body, 'max_tokens', limit));
  return options;
}
