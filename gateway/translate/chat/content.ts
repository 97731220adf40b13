import { asObject, type Fields, invalid, requiredText, text } from '../fields.ts';

/** A message's text, and its images and sounds as base64. */
export interface Content {
  readonly content: string;
  readonly images: string[];
}

/** The content of a message: parts of text become one text. `null` and nothing are an empty text. */
export function readContent(fields: Fields, param: string): Content {
  const given = fields['content'];
  if (!Array.isArray(given)) {
    if (typeof given === 'object' && given !== null)
      throw invalid(param, `${param}: expected a string or a list of parts`);
    return { content: text(fields, 'content', param) ?? '', images: [] };
  }
  const words: string[] = [];
  const images: string[] = [];
  for (const [index, value] of given.entries()) {
    const path = `${param}[${index}]`;
    const part = asObject(value, path);
    const type = requiredText(part, 'type', `${path}.type`);
    if (type === 'text') words.push(text(part, 'text', `${path}.text`) ?? '');
    else if (type === 'refusal') words.push(text(part, 'refusal', `${path}.refusal`) ?? '');
    else if (type === 'image_url') images.push(readImage(part, `${path}.image_url`));
    else if (type === 'input_audio') images.push(readAudio(part, `${path}.input_audio`));
    else {
      const expected = 'expected text, refusal, image_url or input_audio';
      throw invalid(`${path}.type`, `${path}.type: ${expected}, got ${JSON.stringify(type.slice(0, 40))}`);
    }
  }
  return { content: words.join('\n'), images };
}

/** The base64 text of a data URL; an address in the web is refused, as in Ollama itself. */
function readImage(part: Fields, param: string): string {
  const given = part['image_url'];
  const url = typeof given === 'string' ? given : requiredText(asObject(given, param), 'url', `${param}.url`);
  const head = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,/i.exec(url)?.[0];
  if (head === undefined) throw invalid(param, `${param}: expected a data:image/png;base64 (jpeg, png, webp) URL`);
  return base64(url.slice(head.length), param);
}

/** Ollama takes sounds where it takes images. */
function readAudio(part: Fields, param: string): string {
  return base64(requiredText(asObject(part['input_audio'], param), 'data', `${param}.data`), `${param}.data`);
}

/** Refused here because Ollama's own refusal is about its Go types. */
function base64(given: string, param: string): string {
  if (given.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(given)) return given;
  throw invalid(param, `${param}: expected base64 data with padding`);
}
