import { expect, test } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { configWarnings } from '../../src/cli/config-warnings.ts';
import { notifySchema } from '../../src/notify/config.ts';
import { alertsSchema, watchSchema } from '../../src/watch/config.ts';

const sha256 = '0'.repeat(64);
const email = { from: 'a@example.com', to: ['b@example.com'], smtp: { host: 'localhost' } };
const good = { listen: '127.0.0.1:1', auth: { valid_keys: [{ id: 'a', sha256 }] } };

const checks = { 'latency-baseline': { api_key: 'secret' } };

const warnings = (gateway: object, notify: object = { email }, alerts: object = {}, watch: object = { checks }) =>
  configWarnings({
    gateway: gatewaySchema.parse(gateway),
    notify: notifySchema.parse(notify),
    alerts: alertsSchema.parse(alerts),
    watch: watchSchema.parse(watch),
  });

test('a configuration with keys and a mail address has no warning', () => {
  expect(warnings(good)).toEqual([]);
});

test.each([
  ['nobody is mailed', good, {}, /NOBODY IS MAILED/],
  ['no key', { ...good, auth: {} }, { email }, /every request is refused with 401/],
  ['plain keys', { ...good, auth: { valid_keys: ['secret'] } }, { email }, /plain keys/],
  [
    'an id twice',
    {
      ...good,
      auth: {
        valid_keys: [
          { id: 'a', sha256 },
          { id: 'a', sha256 },
        ],
      },
    },
    { email },
    /the id "a" twice/,
  ],
  ['an open door', { listen: ':1', auth: { enabled: false } }, { email }, /anybody who reaches gateway.listen/],
  ['one limit for all', { ...good, rate_limit: { by: 'key' } }, { email }, /all users share one limit/],
])('%s is told, and no key with it', (_case, gateway, notify, sentence) => {
  const told = warnings(gateway, notify);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(sentence);
  expect(told[0]).not.toContain('secret');
});

test.each([
  ['on loopback', { listen: '127.0.0.1:1', auth: { enabled: false } }],
  ['behind the whitelist', { listen: ':1', auth: { enabled: false }, whitelist: { enabled: true } }],
])('a gateway without keys %s is no open door', (_case, gateway) => {
  expect(warnings(gateway)).toEqual([]);
});

test('a report that nobody will get is told', () => {
  const notify = { email, report: { at: '08:00' } };
  expect(warnings(good, notify)).toEqual([]);
  expect(warnings(good, notify, { notifier: 'alertmanager' })).toEqual([expect.stringContaining('no report either')]);
});

test('a canary without its key is told, unless it is not wanted', () => {
  const without = (check: object) => warnings(good, { email }, {}, { checks: { 'latency-baseline': check } });
  expect(without({})).toEqual([expect.stringMatching(/the latency is not measured.*--id ops-canary/)]);
  expect(without({ enabled: false })).toEqual([]);
});
