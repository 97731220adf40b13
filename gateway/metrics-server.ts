import { createServer, type Server } from 'node:http';
import type { Metrics } from '../src/telemetry/registry.ts';
import type { Account } from './account/account.ts';

/** `/metrics` and `/inflight`, on an address of their own: behind Nginx the API's address is public. */
export function createMetricsServer(metrics: Metrics, account: Account): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    const send = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    };
    if (path === '/inflight') return send(200, 'application/json', JSON.stringify(account.inFlight()));
    if (path !== '/metrics') return send(404, 'text/plain', 'not found: /metrics or /inflight\n');
    return metrics.exposition().then(
      (text) => send(200, metrics.contentType, text),
      () => send(500, 'text/plain', 'metrics unavailable\n'),
    );
  });
}
