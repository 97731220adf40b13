import type { AuditLine } from '../../src/audit-line.ts';

/** `gen_ai.operation.name` of a generation route. */
export function operationOf(path: string): 'chat' | 'text_completion' | 'embeddings' {
  if (path.endsWith('/embeddings')) return 'embeddings';
  return path.endsWith('/chat/completions') ? 'chat' : 'text_completion';
}

/** The route of a path: a model's name must not make a span name of its own. */
export const routeOf = (path: string) => path.replace(/^((?:\/v1)?\/models\/).+$/, '$1{model}');

/** Attributes of the SERVER span; null ones are left out. */
export function requestAttributes(line: AuditLine): Readonly<Record<string, string | number | null>> {
  return {
    'http.request.method': line.method,
    'http.route': line.error === 'route_not_found' ? null : routeOf(line.path),
    'http.response.status_code': line.status,
    'url.path': line.path,
    'url.scheme': 'http',
    'error.type': line.error,
  };
}

/** Attributes of the CLIENT span that are known at its end, by the names of OpenTelemetry's GenAI conventions. */
export function modelAttributes(line: AuditLine): Readonly<Record<string, string | number | string[] | null>> {
  const backend = line.backend === null ? null : new URL(`http://${line.backend}`);
  return {
    'gen_ai.response.id': line.request_id,
    'gen_ai.response.finish_reasons': line.finish_reason === null ? null : [line.finish_reason],
    'gen_ai.response.time_to_first_chunk': line.ttft,
    'gen_ai.usage.input_tokens': line.prompt_tokens,
    'gen_ai.usage.output_tokens': line.completion_tokens,
    'server.address': backend?.hostname ?? null,
    'server.port': backend ? Number(backend.port || 80) : null,
    'error.type': line.error,
  };
}
