import { OpsError } from '../../src/errors.ts';
import { isDeeperThan } from '../../src/json.ts';

/** A request's JSON object; its fields are checked by the translation. */
export type Body = Readonly<Record<string, unknown>>;

/** Deepest nesting of lists and objects; the schemas of real tools stay below 30. */
const deepestBody = 100;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a body as a JSON object. @throws OpsError `invalid_request` */
export function parseBody(bytes: unknown): Body {
  const text = bytes instanceof Uint8Array ? decode(bytes) : '';
  if (isDeeperThan(text, deepestBody)) throw refused(`the request body is nested deeper than ${deepestBody} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused('the request body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused('the request body must be a JSON object');
  }
  return value as Body;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refused('the request body is not valid UTF-8');
  }
}

const refused = (message: string) => new OpsError('invalid_request', { message, param: null });

/**
 * Unicode code points of a prompt: of all texts of its messages, tool results, tool calls and reasoning among them, or of
 * `prompt` and `input`. Images and the definitions of tools are not counted; `limits.max_body_bytes` bounds those.
 */
export function promptChars(body: Body): number {
  return textIn(body['messages'], charsOfMessage) + textIn(body['prompt']) + textIn(body['input']);
}

/** Counts the prompt. @throws OpsError `prompt_too_long` */
export function admitPrompt(body: Body, max: number): number {
  const chars = promptChars(body);
  if (chars > max) throw new OpsError('prompt_too_long', { max, param: 'messages' });
  return chars;
}

/** A text alone or a list of texts and of objects that hold some. */
function textIn(value: unknown, inObject: (fields: Body) => number = () => 0): number {
  if (typeof value === 'string') return codePoints(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textIn(item, inObject), 0);
  return typeof value === 'object' && value !== null ? inObject(value as Body) : 0;
}

function charsOfMessage(message: Body): number {
  return (
    textIn(message['content'], charsOfPart) +
    (textIn(message['reasoning']) || textIn(message['reasoning_content'])) +
    textIn(message['tool_calls'], (call) => textIn(call['function'], charsOfCall)) +
    textIn(message['function_call'], charsOfCall)
  );
}

const charsOfPart = (part: Body) => textIn(part['text']) + textIn(part['refusal']);

function charsOfCall({ name, arguments: given }: Body): number {
  return (
    textIn(name) + codePoints(typeof given === 'object' && given !== null ? JSON.stringify(given) : String(given ?? ''))
  );
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const next = text.charCodeAt(index + 1);
    if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) pairs += 1;
  }
  return text.length - pairs;
}
