import type { OllamaMessage, OllamaToolCall } from '../../../src/ollama.ts';
import { asObject, type Fields, invalid, list, object, requiredText, text } from '../fields.ts';

const roles: Readonly<Record<string, OllamaMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** OpenAI's messages as Ollama's: parts joined, images apart, tool arguments as objects, tool results with their name. */
export function toOllamaMessages(messages: readonly unknown[]): OllamaMessage[] {
  const toolNames = new Map<string, string>();
  return messages.map((value, index) => toOllamaMessage(asObject(value, `messages[${index}]`), index, toolNames));
}

function toOllamaMessage(fields: Fields, index: number, toolNames: Map<string, string>): OllamaMessage {
  const param = `messages[${index}]`;
  const given = requiredText(fields, 'role', `${param}.role`);
  const role = roles[given];
  if (!role) {
    const known = Object.keys(roles).join(', ');
    throw invalid(`${param}.role`, `${param}.role: expected one of ${known}, got ${JSON.stringify(given)}`);
  }
  const { content, images } = readContent(fields, `${param}.content`);
  const message: OllamaMessage = { role, content };
  if (images.length > 0) message.images = images;
  const thinking = role === 'assistant' ? (text(fields, 'reasoning') ?? text(fields, 'reasoning_content')) : undefined;
  if (thinking) message.thinking = thinking;
  const calls = role === 'assistant' ? readToolCalls(fields, param, toolNames) : [];
  if (calls.length > 0) message.tool_calls = calls;
  if (role === 'tool') addToolResult(message, fields, param, toolNames);
  return message;
}

function addToolResult(message: OllamaMessage, fields: Fields, param: string, toolNames: Map<string, string>): void {
  const id = text(fields, 'tool_call_id', `${param}.tool_call_id`);
  const name = text(fields, 'name', `${param}.name`) ?? (id === undefined ? undefined : toolNames.get(id));
  if (id !== undefined) message.tool_call_id = id;
  if (name !== undefined) message.tool_name = name;
}

/** Calls of today's form, or the one of the form before it (`function_call`). */
function readToolCalls(fields: Fields, param: string, toolNames: Map<string, string>): OllamaToolCall[] {
  const legacy = object(fields, 'function_call', `${param}.function_call`);
  if (legacy) return [toOllamaToolCall({ function: legacy }, `${param}.function_call`, toolNames)];
  const calls = list(fields, 'tool_calls', `${param}.tool_calls`) ?? [];
  return calls.map((call, at) => toOllamaToolCall(call, `${param}.tool_calls[${at}]`, toolNames));
}

function toOllamaToolCall(value: unknown, param: string, toolNames: Map<string, string>): OllamaToolCall {
  const fields = asObject(value, param);
  const details = asObject(fields['function'], `${param}.function`);
  const name = requiredText(details, 'name', `${param}.function.name`);
  const id = text(fields, 'id', `${param}.id`);
  const call: OllamaToolCall = { function: { name, arguments: readArguments(details, `${param}.function.arguments`) } };
  if (id !== undefined) {
    call.id = id;
    toolNames.set(id, name);
  }
  return call;
}

/** A JSON text in OpenAI's API, an object in Ollama's; an empty text means no arguments. */
function readArguments(details: Fields, param: string): Record<string, unknown> {
  const given = details['arguments'];
  if (given === undefined || given === null || given === '') return {};
  if (typeof given !== 'string') return { ...asObject(given, param) };
  try {
    return { ...asObject(JSON.parse(given), param) };
  } catch {
    throw invalid(param, `${param}: expected the JSON text of an object`);
  }
}

interface Content {
  readonly content: string;
  readonly images: string[];
}

function readContent(fields: Fields, param: string): Content {
  if (!Array.isArray(fields['content'])) return { content: text(fields, 'content', param) ?? '', images: [] };
  const words: string[] = [];
  const images: string[] = [];
  for (const [index, value] of fields['content'].entries()) {
    const path = `${param}[${index}]`;
    const part = asObject(value, path);
    const type = requiredText(part, 'type', `${path}.type`);
    if (type === 'text') words.push(text(part, 'text', `${path}.text`) ?? '');
    else if (type === 'refusal') words.push(text(part, 'refusal', `${path}.refusal`) ?? '');
    else if (type === 'image_url') images.push(readImage(part, `${path}.image_url`));
    else if (type === 'input_audio') images.push(requiredText(asObject(part[type], `${path}.${type}`), 'data', path));
    else throw invalid(`${path}.type`, `${path}.type: expected text or image_url, got ${JSON.stringify(type)}`);
  }
  return { content: words.join('\n'), images };
}

/** The base64 text of a data URL; an address in the web is refused, as in Ollama itself. */
function readImage(part: Fields, param: string): string {
  const given = part['image_url'];
  const url = typeof given === 'string' ? given : requiredText(asObject(given, param), 'url', `${param}.url`);
  const found = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,([A-Za-z0-9+/]+=*)$/.exec(url);
  if (!found?.[1]) throw invalid(param, `${param}: expected a data:image/png;base64 (jpeg, png, webp) URL`);
  return found[1];
}
