import { type Cause, lines } from '../cause.ts';

const corrupt = new RegExp(
  [
    String.raw`failed to load model metadata|error reading tensor|bad manifest|couldn't open model file|exceeds file size`,
    String.raw`ollama/fs/gguf\.\(\*File\)|invalid (?:file )?magic|not within the? ?file bounds|ran out of data|digest mismatch|invalid digest format`,
    String.raw`not in GGUF format|failed to read (?:magic|tensor|key-value)|llama_model_loader: failed to load model from|illegal split file idx`,
    String.raw`split GGUF .{0,200}(?:is missing (?:shard|first)|has \d+ shards)|corrupt manifests detected|failed to load safetensors: `,
    String.raw`error loading model: (?:read error|mmap failed: No such|unexpectedly reached end of file)|blobs.sha256[-:]\w{4,64}: no such file`,
  ].join('|'),
  'i',
);

export default {
  step: 3,
  nearest: true,
  weight: 'root',
  title: { en: 'A model file is damaged', zh: '模型文件损坏' },
  explanation: {
    en: 'A file of this model is empty, cut or missing, so it does not load. Other models work.',
    zh: '该模型的文件为空、不完整或缺失,无法加载。其他模型正常。',
  },
  reads: ['ollama-log'],
  match: lines(corrupt),
  beats: [
    'panic',
    'model-missing',
    'cpu-offload-slow',
    'gpu-not-detected',
    'runner-crash-segv',
    'service-stopped',
    'reload-thrash',
  ],
  fix: ['ollama rm MODEL && ollama pull MODEL'],
  confirm: ['ls -lS /usr/share/ollama/.ollama/models/blobs | tail', 'journalctl -u ollama -n 300 --no-pager'],
  example: {
    kind: 'ollama-log',
    text: 'time=2026-11-23T02:56:57.582Z level=WARN source=manifest.go:218 msg="bad manifest" name=registry.ollama.ai/library/bad-manifest:latest error="unexpected EOF"',
  },
} satisfies Cause;
