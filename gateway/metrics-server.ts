import { createServer, type Server } from 'node:http';
import { wantsOpenMetrics } from '../src/telemetry/openmetrics.ts';
import type { Metrics } from '../src/telemetry/registry.ts';
import type { Account } from './account/account.ts';

/** `/metrics` and `/inflight`, on an address of their own: behind Nginx the API's address is public. GET and HEAD only. */
export function createMetricsServer(metrics: Metrics, account: Account): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    const send = (status: number, type: string, body: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (path !== '/metrics' && path !== '/inflight') {
      return send(404, 'text/plain', 'not found: /metrics or /inflight\n');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(405, 'text/plain', 'method not allowed: GET or HEAD\n', { allow: 'GET, HEAD' });
    }
    if (path === '/inflight') return send(200, 'application/json', JSON.stringify(account.inFlight()));
    const { exposition, contentType } = wantsOpenMetrics(request.headers.accept) ? metrics.openMetrics : metrics;
    return exposition().then(
      (text) => send(200, contentType, text),
      () => send(500, 'text/plain', 'metrics unavailable\n'),
    );
  });
}
