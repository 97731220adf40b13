import { metric } from './metric.ts';

const backend = { atMost: 20 };
const model = { atMost: 20 };

export const ollamaUp = metric({
  name: 'ops_ollama_up',
  type: 'gauge',
  unit: 'state',
  help: 'Whether an Ollama answered: 1 yes, 0 no.',
  labels: { backend },
});

export const ollamaInfo = metric({
  name: 'ops_ollama_info',
  type: 'gauge',
  unit: 'info',
  help: 'Always 1; the version of an Ollama is in the label.',
  labels: { backend, version: { atMost: 10 } },
});

export const ollamaModels = metric({
  name: 'ops_ollama_models',
  type: 'gauge',
  unit: 'count',
  help: 'Models that an Ollama has on its disk.',
  labels: { backend },
});

export const ollamaModelSize = metric({
  name: 'ops_ollama_model_size_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'Memory that a loaded model takes, in whichever place.',
  labels: { backend, model },
});

export const ollamaModelVram = metric({
  name: 'ops_ollama_model_vram_bytes',
  type: 'gauge',
  unit: 'bytes',
  help: 'GPU memory that a loaded model takes.',
  labels: { backend, model },
});

export const ollamaModelVramRatio = metric({
  name: 'ops_ollama_model_vram_ratio',
  type: 'gauge',
  unit: 'ratio',
  help: 'Share of a loaded model that lies in GPU memory; the rest is computed on the CPU.',
  labels: { backend, model },
});

export const ollamaModelContext = metric({
  name: 'ops_ollama_model_context_tokens',
  type: 'gauge',
  unit: 'count',
  help: 'Context length with which a model is loaded.',
  labels: { backend, model },
});

export const ollamaContextChanges = metric({
  name: 'ops_ollama_context_changes_total',
  type: 'counter',
  unit: 'count',
  help: 'Times that a model was seen with another context length than before: callers make it load again and again.',
  labels: { backend, model },
});

export const ollamaLoopbackOnly = metric({
  name: 'ops_ollama_loopback_only',
  type: 'gauge',
  unit: 'state',
  help: 'Whether an Ollama of this machine listens on loopback only: 0 means that it has no lock but a firewall.',
  labels: { backend },
});

export const ollamaResident = metric({
  name: 'ops_ollama_resident_models_info',
  type: 'gauge',
  unit: 'info',
  help: 'Always 1; the models that an Ollama holds in memory are in the label, sorted.',
  labels: { backend, models: { atMost: 20 } },
});
