import { type Fields, invalid, number, requiredText, text, texts, unknownFields } from './fields.ts';

export interface EmbeddingTranslation {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions: number | undefined;
  readonly base64: boolean;
  readonly ignored: readonly string[];
}

const known: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format']);

/** Translates `POST /v1/embeddings` into `POST /api/embed`. @throws OpsError `invalid_request` naming the field. */
export function translateEmbeddings(body: Fields): EmbeddingTranslation {
  const tokens = [body['input']].flat(2).some((item) => typeof item === 'number');
  if (tokens) throw invalid('input', 'input: lists of tokens are not supported, send text');
  const input = texts(body, 'input');
  if (!input || input.length === 0) throw invalid('input', 'input: expected a string or a list of strings');
  const format = text(body, 'encoding_format') ?? 'float';
  if (format !== 'float' && format !== 'base64') {
    throw invalid('encoding_format', `encoding_format: expected float or base64, got ${JSON.stringify(format)}`);
  }
  return {
    model: requiredText(body, 'model'),
    input,
    dimensions: number(body, 'dimensions', { integer: true, min: 1 }),
    base64: format === 'base64',
    ignored: unknownFields(body, known),
  };
}

/** What is pinned for the model as fields of `/api/embed`: without them each embedding would load a pinned model anew. */
export function embedFields({ shift: _, keep_alive, truncate, ...options }: Readonly<Record<string, unknown>>) {
  return {
    ...(keep_alive === undefined ? {} : { keep_alive }),
    ...(truncate === undefined ? {} : { truncate }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** Ollama's vectors as OpenAI's list; base64 is little-endian float32, as the official clients ask for by default. */
export function toOpenAiEmbeddings(
  { model, base64 }: EmbeddingTranslation,
  embeddings: readonly (readonly number[])[],
  promptTokens: number | undefined,
): object {
  const data = embeddings.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: base64 ? toBase64(vector) : vector,
  }));
  const usage =
    promptTokens === undefined ? {} : { usage: { prompt_tokens: promptTokens, total_tokens: promptTokens } };
  return { object: 'list', data, model, ...usage };
}

function toBase64(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) bytes.setFloat32(index * 4, value, true);
  return Buffer.from(bytes.buffer).toString('base64');
}
