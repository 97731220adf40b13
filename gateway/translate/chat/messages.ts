import { isDeeperThan } from '../../../src/json.ts';
import type { OllamaMessage, OllamaToolCall } from '../../../src/ollama.ts';
import { asObject, type Fields, invalid, list, object, requiredText, text, unknownFields } from '../fields.ts';
import { readContent } from './content.ts';

type Role = OllamaMessage['role'];

const roles: ReadonlyMap<string, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
]);

/** Fields that have an effect, by Ollama's role. */
const known: Readonly<Record<Role, ReadonlySet<string>>> = {
  system: new Set(['role', 'content']),
  user: new Set(['role', 'content']),
  assistant: new Set(['role', 'content', 'tool_calls', 'function_call', 'reasoning', 'reasoning_content']),
  tool: new Set(['role', 'content', 'tool_call_id', 'name']),
};

/** Deepest nesting of a tool call's arguments; they are a JSON text within the body. */
const deepestArguments = 100;

interface Translation {
  readonly toolNames: Map<string, string>;
  readonly ignored: Set<string>;
}

/**
 * OpenAI's messages as Ollama's: parts joined, images apart, tool arguments as objects, tool results with their name.
 * Fields without an effect are added to `ignored`, once for all messages.
 */
export function toOllamaMessages(messages: readonly unknown[], ignored: string[]): OllamaMessage[] {
  const translation: Translation = { toolNames: new Map(), ignored: new Set() };
  const translated = messages.map((value, index) =>
    toOllamaMessage(asObject(value, `messages[${index}]`), `messages[${index}]`, translation),
  );
  ignored.push(...translation.ignored);
  return translated;
}

function toOllamaMessage(fields: Fields, param: string, { toolNames, ignored }: Translation): OllamaMessage {
  const given = requiredText(fields, 'role', `${param}.role`);
  const role = roles.get(given);
  if (!role) {
    const expected = [...roles.keys()].join(', ');
    const got = JSON.stringify(given.slice(0, 40));
    throw invalid(`${param}.role`, `${param}.role: expected one of ${expected}, got ${got}`);
  }
  for (const name of unknownFields(fields, known[role])) ignored.add(`messages[].${name}`);
  const { content, images } = readContent(fields, `${param}.content`);
  const message: OllamaMessage = { role, content };
  if (images.length > 0) message.images = images;
  if (role === 'assistant') addAssistantFields(message, fields, param, toolNames);
  if (role === 'tool') addToolResult(message, fields, param, toolNames);
  return message;
}

function addAssistantFields(message: OllamaMessage, fields: Fields, param: string, toolNames: Map<string, string>) {
  const thinking =
    text(fields, 'reasoning', `${param}.reasoning`) ?? text(fields, 'reasoning_content', `${param}.reasoning_content`);
  if (thinking) message.thinking = thinking;
  const calls = (list(fields, 'tool_calls', `${param}.tool_calls`) ?? []).map((call, at) =>
    toOllamaToolCall(asObject(call, `${param}.tool_calls[${at}]`), `${param}.tool_calls[${at}]`, toolNames),
  );
  // The one call of the API before tools.
  const old = object(fields, 'function_call', `${param}.function_call`);
  if (old) calls.push({ function: readFunction(old, `${param}.function_call`) });
  if (calls.length > 0) message.tool_calls = calls;
}

function addToolResult(message: OllamaMessage, fields: Fields, param: string, toolNames: Map<string, string>): void {
  const id = text(fields, 'tool_call_id', `${param}.tool_call_id`);
  const name = text(fields, 'name', `${param}.name`) ?? (id === undefined ? undefined : toolNames.get(id));
  if (id !== undefined) message.tool_call_id = id;
  if (name !== undefined) message.tool_name = name;
}

function toOllamaToolCall(fields: Fields, param: string, toolNames: Map<string, string>): OllamaToolCall {
  const id = text(fields, 'id', `${param}.id`);
  const called = readFunction(asObject(fields['function'], `${param}.function`), `${param}.function`);
  if (id === undefined) return { function: called };
  toolNames.set(id, called.name);
  return { id, function: called };
}

function readFunction(fields: Fields, param: string): OllamaToolCall['function'] {
  const name = requiredText(fields, 'name', `${param}.name`);
  return { name, arguments: readArguments(fields, `${param}.arguments`) };
}

/** A JSON text in OpenAI's API, an object in Ollama's; an empty text means no arguments. */
function readArguments(fields: Fields, param: string): Record<string, unknown> {
  const given = fields['arguments'];
  if (given === undefined || given === null || given === '') return {};
  if (typeof given !== 'string') return asObject(given, param) as Record<string, unknown>;
  if (isDeeperThan(given, deepestArguments)) throw invalid(param, `${param}: nested too deeply`);
  try {
    return asObject(JSON.parse(given), param) as Record<string, unknown>;
  } catch {
    throw invalid(param, `${param}: expected the JSON text of an object`);
  }
}
