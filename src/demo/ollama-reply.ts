import type { ServerResponse } from 'node:http';
import type { OllamaChatRequest } from '../ollama.ts';
import type { SimulatedModel } from './ollama-models.ts';

/** What every record of an answer begins with. */
export const stamp = ({ model }: OllamaChatRequest) => ({ model, created_at: new Date().toISOString() });

/** The JSON value of a body; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Answers with JSON, in the way of Ollama. */
export function send(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

/** `POST /api/embed`: vectors that differ by text. */
export function embed(model: SimulatedModel, body: unknown, response: ServerResponse): void {
  const input: unknown = typeof body === 'object' && body !== null && 'input' in body ? body.input : [];
  const inputs = Array.isArray(input) ? input : [input];
  const embeddings = inputs.map((text) => Array.from({ length: 8 }, (_, i) => (String(text).length + i) / 100));
  send(response, 200, { model: model.name, embeddings, total_duration: 1_000_000, prompt_eval_count: inputs.length });
}
