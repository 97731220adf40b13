import { type Cause, lines } from '../cause.ts';

/** The families of llama.cpp's reasons: what it does not know of a model, and what it does not find in it. */
const unsupported = new RegExp(
  [
    String.raw`GGML_ASSERT\(hparams|(?:unknown|unsupported) (?:model )?architecture|unknown (?:pre-)?tokenizer|unknown projector type`,
    String.raw`wrong number of tensors|has wrong shape|error loading model: missing tensor|error loading model (?:hyperparameters|vocabulary): `,
    String.raw`invalid ggml type \d|GGUFv\d is no longer supported|requires a newer version of Ollama`,
    String.raw`model requires MLX support|MLX runtime is not available`,
    String.raw`" does not support (?:chat|generate|embed)`,
    String.raw`clip\.cpp:\d+: (?:unknown|unsupported)`,
    String.raw`(?:not supported by|no longer compatible with|incompatible with) your version of Ollama`,
  ].join('|'),
  'i',
);

export default {
  step: 4,
  nearest: true,
  weight: 'root',
  title: { en: 'This Ollama does not know the model', zh: '当前 Ollama 不支持该模型' },
  explanation: {
    en: 'The model is newer than this Ollama. Other models work.',
    zh: '模型比当前 Ollama 新,其他模型正常。',
  },
  reads: ['ollama-log'],
  match: lines(unsupported),
  // Ollama's last word, which it says of every model that does not load.
  hint: lines(/unable to load model: /i),
  beats: [
    'runner-crash-segv',
    'model-file-corrupt',
    'panic',
    'cpu-offload-slow',
    'gpu-not-detected',
    'service-stopped',
    'reload-thrash',
  ],
  fix: ['curl -fsSL https://ollama.com/install.sh | sh   # upgrade, then: ollama pull MODEL'],
  confirm: ['ollama --version'],
  example: { kind: 'ollama-log', text: "llama_model_load: error loading model: unknown model architecture: 'fooba'" },
} satisfies Cause;
