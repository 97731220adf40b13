import { createHash } from 'node:crypto';

/** A model that the simulator has on its disk. */
export interface SimulatedModel {
  readonly name: string;
  readonly capabilities?: readonly string[];
  /** Bytes in memory, 20 GB unless given. */
  readonly size?: number;
  /** Bytes of it on the GPU; all of them unless given. */
  readonly sizeVram?: number;
}

const modifiedAt = '2026-11-01T08:00:00.000000000Z';

const digestOf = (name: string) => createHash('sha256').update(name).digest('hex');

const sizeOf = ({ size = 20_201_253_588 }: SimulatedModel) => size;

const details = {
  parent_model: '',
  format: 'gguf',
  family: 'qwen3',
  families: ['qwen3'],
  parameter_size: '32.8B',
  quantization_level: 'Q4_K_M',
};

/** The full tag: `name:latest` where no tag was given. */
export const withTag = (name: string) => (/:[^/]+$/.test(name) ? name : `${name}:latest`);

/** One entry of `/api/tags`. */
export function tagEntry(model: SimulatedModel) {
  return {
    name: model.name,
    model: model.name,
    modified_at: modifiedAt,
    size: sizeOf(model),
    digest: digestOf(model.name),
    details: { ...details, context_length: 40_960, embedding_length: 5120 },
    capabilities: model.capabilities ?? ['completion', 'tools'],
  };
}

/** One entry of `/api/ps`. */
export function psEntry(model: SimulatedModel, expiresAt: number) {
  return {
    name: model.name,
    model: model.name,
    size: sizeOf(model),
    digest: digestOf(model.name),
    details,
    expires_at: new Date(expiresAt).toISOString(),
    size_vram: model.sizeVram ?? sizeOf(model),
    context_length: 4096,
  };
}

/** The answer of `/api/show`, as far as anybody reads it. */
export function showEntry(model: SimulatedModel) {
  return {
    details,
    model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 },
    capabilities: model.capabilities ?? ['completion', 'tools'],
    modified_at: modifiedAt,
  };
}
