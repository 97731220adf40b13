import { z } from 'zod';

const step = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]);

const evidence = z.strictObject({
  source: z.string().describe('path of the log, journal:UNIT, or the program or address that was asked'),
  line: z.number().int().nullable().describe('1-based, null for what is no line of a file'),
  text: z.string(),
});

const verdict = z.strictObject({
  cause: z.string(),
  step: z.union([z.literal(0), step]).describe('box of the flowchart; 0: nothing wrong, or unknown'),
  nearest: z.literal(true).optional().describe('the flowchart has no box for this: step is the nearest one'),
  title: z.string(),
  explanation: z.string(),
  evidence: z.array(evidence),
  fix: z.array(z.string()).describe('commands, or one sentence where no command exists'),
  confirm: z.array(z.string()).describe('commands that would prove it'),
});

const request = z.strictObject({
  id: z.string(),
  lines: z.array(evidence.extend({ kind: z.string(), by: z.enum(['request_id', 'time']) })),
  fleet: z
    .array(
      z.strictObject({
        measure: z.enum(['wait', 'queue', 'total', 'tokens_per_second']),
        value: z.number(),
        p50: z.number(),
        neighbours: z.number().int(),
      }),
    )
    .describe('seconds, or tokens per second, beside the median of the requests around it'),
  complete: z.boolean().describe("whether every line of the gateway's log that may hold it was searched"),
});

/** What `ops triage --json` prints; docs/triage.schema.json is made of it. */
export const reportSchema = z.strictObject({
  verdict,
  also: z.array(verdict).describe('echoes of the cause, and faults that do not explain a stuck chat'),
  steps: z.array(
    z.strictObject({
      step,
      question: z.string(),
      state: z.enum(['healthy', 'fault', 'unknown', 'skipped']),
      answer: z.string(),
      evidence: z.array(evidence),
    }),
  ),
  request: request
    .optional()
    .describe('where one request was asked for; without lines where it is in none of what was read'),
  window: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
  sources: z.array(
    z.strictObject({
      kind: z.string(),
      path: z.string(),
      lines: z.number().int(),
      asked: z.string().optional().describe('LogQL or PromQL'),
      state: z.enum(['read', 'missing', 'unreadable', 'empty', 'timeout']),
      note: z.string().optional(),
    }),
  ),
  took_ms: z.number(),
});

type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;

export type DiagnosisReport = DeepReadonly<z.output<typeof reportSchema>>;
