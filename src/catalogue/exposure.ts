import { metric } from './metric.ts';

export const portExposed = metric({
  name: 'ops_port_exposed',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a port that belongs behind Nginx answers on an address of this machine that is not loopback.',
  labels: { port: { atMost: 20 }, address: { atMost: 20 } },
});
