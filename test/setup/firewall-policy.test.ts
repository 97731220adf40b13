import { expect, test } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { firewallPolicy } from '../../src/setup/firewall/policy.ts';

const policyOf = (gateway: object, webPorts = [80, 443]) =>
  firewallPolicy({ gateway: gatewaySchema.parse(gateway), page: { port: 9465 }, webPorts, sshPorts: [22] });

test('the ports of the configuration are closed, and Ollama always', () => {
  const ollama_api = ['http://localhost:11500', 'http://10.0.0.9:11600'];
  const { closed, open } = policyOf({ listen: '127.0.0.1:1234', metrics_listen: ':1235', ollama_api });
  expect(closed).toEqual([1234, 1235, 9465, 11_434, 11_500]);
  expect(open).toEqual([22, 80, 443]);
});

test('only a whitelist that is in force, of a gateway that listens for others, opens its port', () => {
  const ips = ['127.0.0.1', '::1', '10.0.0.0/8'];
  const trusted = { port: 18_789, addresses: ['10.0.0.0/8'] };
  expect(policyOf({ whitelist: { enabled: true, ips } }).trusted).toEqual(trusted);
  expect(policyOf({ whitelist: { enabled: false, ips } }).trusted).toBeUndefined();
  expect(policyOf({ listen: '127.0.0.1:18789', whitelist: { enabled: true, ips } }).trusted).toBeUndefined();
  expect(policyOf({ whitelist: { enabled: true, ips: ['127.0.0.0/8'] } }).trusted).toBeUndefined();
});

test('a port that is meant for everybody is not closed', () => {
  expect(policyOf({ listen: ':443' }).closed).not.toContain(443);
});
