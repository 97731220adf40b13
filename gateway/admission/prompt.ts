import { OpsError } from '../../src/errors.ts';

/** A request's JSON object; its fields are checked by the translation. */
export type Body = Readonly<Record<string, unknown>>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a body as a JSON object. @throws OpsError `invalid_request` */
export function parseBody(bytes: unknown): Body {
  let value: unknown;
  try {
    value = JSON.parse(bytes instanceof Uint8Array ? utf8.decode(bytes) : '');
  } catch {
    throw new OpsError('invalid_request', { message: 'the request body is not valid JSON', param: null });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OpsError('invalid_request', { message: 'the request body must be a JSON object', param: null });
  }
  return value as Body;
}

/** Unicode code points of all texts of a prompt: of messages, or of `prompt` and `input`. */
export function promptChars(body: Body): number {
  return charsIn(body['messages']) + charsIn(body['prompt']) + charsIn(body['input']);
}

/** Counts the prompt. @throws OpsError `prompt_too_long` */
export function admitPrompt(body: Body, max: number): number {
  const chars = promptChars(body);
  if (chars > max) throw new OpsError('prompt_too_long', { max, param: 'messages' });
  return chars;
}

/** Texts may stand alone, in lists, in messages (`content`) and in their parts (`text`). */
function charsIn(value: unknown): number {
  if (typeof value === 'string') return codePoints(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + charsIn(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return ('content' in value ? charsIn(value.content) : 0) + ('text' in value ? charsIn(value.text) : 0);
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
