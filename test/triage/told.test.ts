import { describe, expect, test } from 'vitest';
import type { AuditLine } from '../../src/audit-line.ts';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { auditLine } from './world.ts';

const broken: Partial<AuditLine> = { outcome: 'upstream_error', error: 'upstream_error', request_id: 'r7' };

describe('what the audit log kept of a failure', () => {
  test.each([
    ['error_record: CUDA error: out of memory', 'gpu-oom'],
    ['error_record: an error was encountered while running the model: unexpected EOF', 'runner-crash-segv'],
    ['error_record: prediction aborted, token repeat limit reached', 'repeated-token-abort'],
    ['status_5xx: model requires more system memory (9.1 GiB) than is available (3.2 GiB)', 'sys-mem-insufficient'],
    ['reset: other side closed', 'runner-crash-segv'],
    ['error_record: frobnication', 'unknown'],
    // The words of the gateway are not those of Ollama.
    ['connect: model requires more system memory', 'runner-crash-segv'],
  ])('"%s" is %s', async (upstream_failure, cause) => {
    const { verdict } = await diagnoseText(auditLine({ ...broken, upstream_failure }), { source: 'audit.log' });
    expect(verdict.cause).toBe(cause);
  });

  test('is quoted with the id of its request', async () => {
    const line = auditLine({ ...broken, upstream_failure: 'error_record: CUDA error: out of memory' });
    const { verdict } = await diagnoseText(line, { source: 'audit.log' });
    expect(verdict.evidence).toEqual([
      {
        source: 'audit.log',
        line: 1,
        text: '"upstream_failure":"error_record: CUDA error: out of memory","request_id":"r7"',
      },
    ]);
  });
});
