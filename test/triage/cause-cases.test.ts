import { describe, expect, test } from 'vitest';
import { parseLog } from '../../src/logs/formats/index.ts';
import { toLines } from '../../src/logs/lines.ts';
import { type LogKind, type LogRecord, logKinds } from '../../src/logs/record.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { findCauses } from '../../src/triage/engine.ts';
import type { CauseCase } from './cause-cases/case.ts';
import { failures } from './cause-cases/failures.ts';
import { gpu } from './cause-cases/gpu.ts';
import { models } from './cause-cases/models.ts';
import { nginxSide } from './cause-cases/nginx-side.ts';
import { ollamaState } from './cause-cases/ollama-state.ts';
import { toGateway } from './cause-cases/to-gateway.ts';

const causes = await loadCauses();
const tables = [nginxSide, toGateway, models, ollamaState, failures, gpu];
const cases = Object.assign({}, ...tables) as typeof gpu;

function recordsOf([kind, text]: CauseCase): LogRecord[] {
  if ((logKinds as readonly string[]).includes(kind)) return parseLog(kind as LogKind, toLines(text), 'case');
  const record = { kind, source: 'case', line: null, text, message: text };
  const [, age, phase, phaseAge] = /open for (\d+) s, (\w+) for (\d+) s/.exec(text) ?? [];
  if (phase !== 'prefill' && phase !== 'load' && phase !== 'decode') return [record];
  const who = { request_id: 'r1', backend: null, model: null, stream: true, user_id: null, client_ip: '127.0.0.1' };
  return [{ ...record, inFlight: { ...who, age: Number(age), phase, phase_age: Number(phaseAge) } }];
}

const kindAndStart = ([kind, text]: CauseCase) => `${kind}: ${text.slice(0, 60)}`;

describe.each(causes)('$code', ({ code, cause }) => {
  const { formats = [], nearMisses = [] } = cases[code] ?? {};
  const shows = (one: CauseCase) => findCauses([{ code, cause }], recordsOf(one)).length > 0;

  test('has two formats or more, and a near miss', () => {
    expect(formats.length, 'formats').toBeGreaterThanOrEqual(2);
    expect(nearMisses.length, 'near misses').toBeGreaterThanOrEqual(1);
  });

  test('is shown by each format, and by no near miss', () => {
    expect(formats.filter((one) => !shows(one)).map(kindAndStart)).toEqual([]);
    expect(nearMisses.filter(shows).map(kindAndStart)).toEqual([]);
  });
});

test('no case is of a cause that does not exist', () => {
  const known = causes.map(({ code }) => code);
  expect(tables.flatMap((table) => Object.keys(table)).filter((code) => !known.includes(code))).toEqual([]);
});

test('beats has no cycle: no cause is the echo of its own echo', () => {
  const beats = new Map(causes.map(({ code, cause }) => [code, cause.beats ?? []]));
  const cycles: string[] = [];
  const follow = (code: string, way: readonly string[]): void => {
    if (way.includes(code)) cycles.push([...way.slice(way.indexOf(code)), code].join(' > '));
    else for (const next of beats.get(code) ?? []) follow(next, [...way, code]);
  };
  for (const code of beats.keys()) follow(code, []);
  expect([...new Set(cycles)]).toEqual([]);
});
