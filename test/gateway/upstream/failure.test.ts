import { expect, test } from 'vitest';
import { UpstreamFailure } from '../../../gateway/upstream/failure.ts';

test.each([
  ['reset', 'other side closed', 'reset: other side closed'],
  ['error_record', 'CUDA error: out of memory', 'error_record: CUDA error: out of memory'],
  ['incomplete', '', 'incomplete'],
  ['error_record', 'x'.repeat(5000), `error_record: ${'x'.repeat(200)}`],
  // What a caller or a model wrote does not belong into an audit line.
  ['status_4xx', 'invalid message role: my secret', 'status_4xx'],
  ['error_record', 'Failed to parse input at pos 12: my secret', 'error_record: Failed to parse input at pos 12'],
  ['status_5xx', 'error parsing tool call: raw=\'{"a":my\nsecret\'', 'status_5xx: error parsing tool call'],
  ['status_5xx', 'unexpected token: my secret', 'status_5xx: unexpected token'],
] as const)('%s "%s" is "%s" in the audit log', (reason, detail, summary) => {
  expect(new UpstreamFailure(reason, detail).summary).toBe(summary);
});
