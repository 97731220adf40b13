import { metric } from './metric.ts';

export const nginxConfigValid = metric({
  name: 'ops_nginx_config_valid',
  type: 'gauge',
  unit: 'state',
  help: 'Whether nginx accepts its configuration: with 0 it survives until its next start.',
});

export const nginxListening = metric({
  name: 'ops_nginx_listening',
  type: 'gauge',
  unit: 'state',
  help: 'Whether something listens on a port of Nginx.',
  labels: { port: { atMost: 10 } },
});

export const nginxConnections = metric({
  name: 'ops_nginx_connections',
  type: 'gauge',
  unit: 'count',
  help: 'Connections of Nginx by state.',
  labels: { state: ['active', 'reading', 'writing', 'waiting'] },
});

export const nginxConnectionsDropped = metric({
  name: 'ops_nginx_connections_dropped_total',
  type: 'counter',
  unit: 'count',
  help: 'Connections that Nginx accepted and did not handle, for want of worker connections.',
});

export const nginxRequests = metric({
  name: 'ops_nginx_requests_total',
  type: 'counter',
  unit: 'count',
  help: 'Requests that Nginx has handled since it started.',
});
