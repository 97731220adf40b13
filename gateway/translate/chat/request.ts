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
  unknownFields,
} from '../fields.ts';
import type { ModelPolicy } from '../policy.ts';
import { toOllamaMessages } from './messages.ts';
import { optionFields, readKeepAlive, readOptions } from './options.ts';

/** What a chat request asks of Ollama, and how its caller wants the answer. */
export interface ChatTranslation {
  /** With the model's name as the caller wrote it. */
  readonly request: OllamaChatRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Names of parameters that were given and have no effect. */
  readonly ignored: readonly string[];
}

/** Ollama's extensions that are true or false. */
const flagExtensions = ['truncate', 'shift'] as const;

const known: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'n', 'tools', 'tool_choice', 'response_format', 'logprobs'],
  ...['reasoning_effort', 'reasoning', 'top_logprobs', 'keep_alive', ...flagExtensions, ...optionFields],
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
export function translateChat(body: Fields, policy: ModelPolicy): ChatTranslation {
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
  addThinking(request, body, ignored);
  addExtensions(request, body, policy, ignored);
  const options = readOptions(body, policy, ignored);
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
    const tool = asObject(value, param);
    const type = text(tool, 'type', `${param}.type`) ?? 'function';
    if (type !== 'function')
      throw invalid(`${param}.type`, `${param}.type: expected function, got ${JSON.stringify(type)}`);
    const details = asObject(tool['function'], `${param}.function`);
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

/** gpt-oss models know no more than `high`, and think whatever they are told. */
function addThinking(request: OllamaChatRequest, body: Fields, ignored: string[]): void {
  const reasoning = object(body, 'reasoning');
  const effort = text(body, 'reasoning_effort') ?? (reasoning && text(reasoning, 'effort', 'reasoning.effort'));
  if (effort === undefined) return;
  const think = efforts[effort];
  if (think === undefined) {
    const expected = Object.keys(efforts).join(', ');
    throw invalid('reasoning_effort', `reasoning_effort: expected one of ${expected}, got ${JSON.stringify(effort)}`);
  }
  if (!/(?:^|\/)gpt-oss/.test(request.model)) request.think = think;
  else if (think === false) ignored.push('reasoning_effort');
  else request.think = think === 'max' ? 'high' : think;
}

function addExtensions(request: OllamaChatRequest, body: Fields, policy: ModelPolicy, ignored: string[]): void {
  const logprobs = flag(body, 'logprobs');
  if (logprobs !== undefined) request.logprobs = logprobs;
  const top = number(body, 'top_logprobs', { integer: true, min: 0, max: 20 });
  if (top !== undefined) request.top_logprobs = top;
  for (const name of flagExtensions) {
    const value = flag(body, name);
    if (value === undefined) continue;
    if (policy.allow.has(name)) request[name] = value;
    else ignored.push(name);
  }
  const keepAlive = readKeepAlive(body, policy, ignored);
  if (keepAlive !== undefined) request.keep_alive = keepAlive;
}
