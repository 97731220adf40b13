import { describe, expect, test } from 'vitest';
import { parseAuditLine } from '../../src/audit-line.ts';
import { listUnits } from '../../src/discover.ts';
import { parseLog } from '../../src/logs/formats/index.ts';
import { toLines } from '../../src/logs/lines.ts';
import { type LogKind, type LogRecord, logKinds } from '../../src/logs/record.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';
import type { Cause } from '../../src/triage/cause.ts';
import { findCauses } from '../../src/triage/engine.ts';

const causes = await loadCauses();
const commands = await listUnits(new URL('../../src/cli/commands/', import.meta.url));
const codes = new Set(causes.map(({ code }) => code));

/** The example as triage would read it. */
function exampleRecords({ example: { kind, text } }: Cause): LogRecord[] {
  if ((logKinds as readonly string[]).includes(kind)) return parseLog(kind as LogKind, toLines(text), 'example');
  const age = Number(/for (\d+) s$/.exec(text)?.[1]);
  const inFlight = {
    request_id: 'r1',
    age: age + 1,
    phase: 'prefill' as const,
    phase_age: age,
    backend: null,
    model: null,
    stream: true,
    user_id: null,
    client_ip: '127.0.0.1',
  };
  const record = { kind, source: 'example', line: null, text, message: text };
  return [kind === 'inflight' ? { ...record, inFlight } : record];
}

describe.each(causes)('cause $code', ({ code, cause }) => {
  test('is shown by its example', () => {
    expect(findCauses([{ code, cause }], exampleRecords(cause))).toHaveLength(1);
  });

  test('speaks both languages, and Chinese is Chinese', () => {
    for (const text of [cause.title, cause.explanation]) {
      expect(text.en).toMatch(/[a-z]{3}/);
      expect(text.zh).toMatch(/[\u4e00-\u9fff]{2}/);
    }
  });

  test('says what to do and how to prove it', () => {
    expect(cause.fix.join('')).not.toBe('');
    expect(cause.confirm.join('')).not.toBe('');
    expect([...cause.fix, ...cause.confirm].join('\n')).not.toMatch(/npx ops/);
  });

  test('names only commands of ops that exist', () => {
    const named = [...cause.fix, ...cause.confirm].flatMap((line) => [...line.matchAll(/\bops ([a-z]+)/g)]);
    expect(commands).toEqual(expect.arrayContaining(named.map(([, command]) => command)));
  });

  test('beats only causes that exist, never itself', () => {
    expect((cause.beats ?? []).filter((other) => !codes.has(other) || other === code)).toEqual([]);
  });
});

test('noise is step 0 and nothing else is', () => {
  expect(
    causes.filter(({ cause }) => (cause.weight === 'noise') !== (cause.step === 0)).map(({ code }) => code),
  ).toEqual([]);
});

test('the examples of audit lines are audit lines', () => {
  const texts = causes
    .filter(({ cause }) => cause.example.kind === 'gateway-log')
    .map(({ cause }) => cause.example.text);
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) expect(parseAuditLine(text)).toBeDefined();
});
