import { expect, test } from 'vitest';
import { parseLog } from '../../src/logs/formats/index.ts';
import { toLines } from '../../src/logs/lines.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { findCauses } from '../../src/triage/engine.ts';

const causes = await loadCauses();

const line = (fields: object) =>
  JSON.stringify({
    type: 'audit',
    time: '2026-11-24T08:00:00Z',
    aborted: false,
    probe: false,
    response_time: 0.4,
    ...fields,
  });
const served = line({ request_id: 'a', status: 200, outcome: 'ok' });
const refused = line({ request_id: 'b', status: 401, outcome: 'rejected', error: 'invalid_api_key' });
const left = (seconds: number) =>
  line({ request_id: 'c', status: 200, outcome: 'aborted', aborted: true, response_time: seconds });

const codes = (...lines: string[]) =>
  findCauses(causes, parseLog('gateway-log', toLines(lines.join('\n')), 'audit')).map(({ code }) => code);

test('one wrong key beside chats that are served is no fault', () => {
  expect(codes(served, served, refused)).toEqual([]);
  expect(codes(refused, refused, served)).toEqual(['gateway-rejected']);
});

test('a user who leaves at once was not waiting', () => {
  expect(codes(served, left(0.3))).toEqual([]);
  expect(codes(served, left(30))).toContain('client-abort');
});
