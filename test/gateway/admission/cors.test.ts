import { expect, test } from 'vitest';
import { corsHeaders, preflightHeaders } from '../../../gateway/admission/cors.ts';
import { gatewaySchema } from '../../../gateway/config.ts';

const origin = 'https://chat.example.com';
const config = gatewaySchema.parse({ cors: { origins: [origin] }, auth: { header_key: 'X-Team-Key' } });

test('off is no header at all, and OPTIONS is a route like others', () => {
  expect(corsHeaders([], origin)).toEqual({});
  expect(preflightHeaders(gatewaySchema.parse({}), origin)).toBeUndefined();
});

test('an allowed origin is named, never *', () => {
  const headers = corsHeaders([origin], origin);
  expect(headers).toMatchObject({ vary: 'Origin', 'access-control-allow-origin': origin });
  expect(headers['access-control-expose-headers']).toContain('X-Request-Id');
  expect(headers['access-control-expose-headers']).toContain('Retry-After');
});

test.each([undefined, 'null', '*', 'https://chat.example.com.evil.org', 'http://chat.example.com', `${origin}:8443`])(
  '%s is another origin',
  (other) => {
    expect(corsHeaders([origin], other)).toEqual({ vary: 'Origin' });
    expect(preflightHeaders(config, other)).toEqual({ vary: 'Origin' });
  },
);

test("a preflight allows the key's header, and those of OpenAI's client", () => {
  const headers = preflightHeaders(config, origin, 'x-stainless-os, x-evil,x-stainless-lang');
  expect(headers).toMatchObject({ 'access-control-allow-methods': 'GET, POST' });
  const allowed = headers?.['access-control-allow-headers']?.split(', ');
  expect(allowed).toEqual(
    expect.arrayContaining(['X-Team-Key', 'Authorization', 'x-stainless-os', 'x-stainless-lang']),
  );
  expect(allowed).not.toContain('x-evil');
});

test.each(['*', 'null', 'chat.example.com', `${origin}/`, `${origin}/path`, 'ftp://x', 'https://EXAMPLE.com'])(
  '%s is no origin for the configuration',
  (wrong) => {
    expect(() => gatewaySchema.parse({ cors: { origins: [wrong] } })).toThrow(/expected an origin/);
  },
);
