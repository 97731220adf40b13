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
import { addOptions, optionFields } from './options.ts';

/** What a chat request asks of Ollama, and how its caller wants the answer. */
export interface ChatTranslation {
  /** With the model's name as the caller wrote it. */
  readonly request: OllamaChatRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Names of parameters that were given and have no effect. */
  readonly ignored: readonly string[];
}

const known: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'n', 'tools', 'tool_choice', 'response_format'],
  ...['reasoning_effort', 'reasoning', 'logprobs', 'top_logprobs', ...optionFields],
]);

const efforts: ReadonlyMap<string, boolean | string> = new Map<string, boolean | string>([
  ['none', false],
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['max', 'max'],
  ['xhigh', 'max'],
  ['ultra', 'max'],
]);

/** Translates `POST /v1/chat/completions` into `POST /api/chat`. @throws OpsError `invalid_request` naming the field. */
export function translateChat(body: Fields, policy: ModelPolicy): ChatTranslation {
  const messages = list(body, 'messages');
  if (!messages || messages.length === 0) throw invalid('messages', 'messages: expected at least one message');
  if ((number(body, 'n', { integer: true, min: 1 }) ?? 1) > 1) throw invalid('n', 'n: only 1 is supported');
  const ignored = unknownFields(body, known);
  const request: OllamaChatRequest = {
    model: requiredText(body, 'model'),
    messages: toOllamaMessages(messages, ignored),
    stream: true,
  };
  addTools(request, body, ignored);
  addFormat(request, body);
  addThinking(request, body, policy.alwaysThinks ?? false, ignored);
  addLogprobs(request, body);
  addOptions(request, body, policy, ignored);
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
  request.tools = tools.map((value, index) => toOllamaTool(asObject(value, `tools[${index}]`), `tools[${index}]`));
}

function toOllamaTool(tool: Fields, param: string): object {
  const type = text(tool, 'type', `${param}.type`) ?? 'function';
  if (type !== 'function') {
    throw invalid(`${param}.type`, `${param}.type: expected function, got ${JSON.stringify(type.slice(0, 40))}`);
  }
  const { strict: _, ...details } = asObject(tool['function'], `${param}.function`);
  requiredText(details, 'name', `${param}.function.name`);
  text(details, 'description', `${param}.function.description`);
  object(details, 'parameters', `${param}.function.parameters`);
  return { type, function: details };
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

function addThinking(request: OllamaChatRequest, body: Fields, alwaysThinks: boolean, ignored: string[]): void {
  const reasoning = object(body, 'reasoning');
  const effort = text(body, 'reasoning_effort') ?? (reasoning && text(reasoning, 'effort', 'reasoning.effort'));
  if (effort === undefined) return;
  const think = efforts.get(effort);
  const param = body['reasoning_effort'] === effort ? 'reasoning_effort' : 'reasoning.effort';
  if (think === undefined) {
    const got = JSON.stringify(effort.slice(0, 40));
    throw invalid(param, `${param}: expected one of ${[...efforts.keys()].join(', ')}, got ${got}`);
  }
  if (!alwaysThinks) request.think = think;
  // gpt-oss always thinks, and knows three levels.
  else if (think === false) ignored.push(param);
  else request.think = think === 'max' ? 'high' : think;
}

function addLogprobs(request: OllamaChatRequest, body: Fields): void {
  const wanted = flag(body, 'logprobs');
  const top = number(body, 'top_logprobs', { integer: true, min: 0, max: 20 });
  if (wanted !== undefined) request.logprobs = wanted;
  if (top !== undefined) request.top_logprobs = top;
}
