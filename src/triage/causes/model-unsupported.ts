import { type Cause, lines } from '../cause.ts';

export default {
  step: 4,
  weight: 'root',
  title: { en: 'This Ollama does not know the model', zh: '当前 Ollama 不支持该模型' },
  explanation: {
    en: 'The model is newer than this Ollama. Other models work.',
    zh: '模型比当前 Ollama 新,其他模型正常。',
  },
  reads: ['ollama-log'],
  match: lines(
    /GGML_ASSERT\(hparams|unknown model architecture|unknown (?:pre-)?tokenizer|unsupported model architecture|wrong number of tensors|has wrong shape|requires a newer version of Ollama|not supported by your version of Ollama/i,
  ),
  beats: ['runner-crash-segv', 'model-file-corrupt', 'panic'],
  fix: ['curl -fsSL https://ollama.com/install.sh | sh   # upgrade, then: ollama pull MODEL'],
  confirm: ['ollama --version'],
  example: { kind: 'ollama-log', text: "llama_model_load: error loading model: unknown model architecture: 'fooba'" },
} satisfies Cause;
