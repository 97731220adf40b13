import type { OllamaTags } from '../../src/ollama.ts';

export interface OpenAiModel {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** `/api/tags` as `GET /v1/models`: owner is the tag's namespace, or `library`. */
export function toOpenAiModels({ models }: OllamaTags): OpenAiModel[] {
  return models.map(({ name, modified_at }) => ({
    id: name,
    object: 'model',
    created: Math.floor(Date.parse(modified_at) / 1000) || 0,
    owned_by: name.includes('/') ? (name.split('/').at(-2) ?? 'library') : 'library',
  }));
}
