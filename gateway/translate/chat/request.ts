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
  addThinking(request, body);
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

function addLogprobs(request: OllamaChatRequest, body: Fields): void {
  const wanted = flag(body, 'logprobs');
  const top = number(body, 'top_logprobs', { integer: true, min: 0, max: 20 });
  if (wanted !== undefined) request.logprobs = wanted;
  if (top !== undefined) request.top_logprobs = top;
}
