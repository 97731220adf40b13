import { randomUUID } from 'node:crypto';
import { OpsError } from '../src/errors.ts';
import type { Admitted, Inbound } from './admission/admitted.ts';
import { clientAddress, contains, isSaneRequestId, plainAddress } from './admission/client.ts';
import { usesBearer } from './admission/key.ts';
import { addressSet, type GatewayConfig } from './config.ts';
import type { Exchange, HttpReply, HttpRequest, Stages } from './route.ts';

/** A request before its admission. */
export type OpenExchange = Omit<Exchange, 'admitted'> & { admitted?: Admitted };

/** Opens the books of a request that passed the network layer; they are closed with its response, and then `onClose` runs. */
export function openExchange(
  request: HttpRequest,
  reply: HttpReply,
  stages: Stages,
  onClose: () => void,
): OpenExchange {
  const { config } = stages;
  const inbound = readInbound(request, config);
  const open = stages.account.open(inbound);
  const controller = new AbortController();
  const { socket } = request;
  const sentBefore = socket.bytesWritten;
  const bytesSent = () => Math.max(0, socket.bytesWritten - sentBefore);
  reply.header('x-request-id', inbound.requestId);
  reply.raw.once('close', () => {
    const aborted = !reply.raw.writableFinished;
    const status = reply.raw.headersSent ? reply.raw.statusCode : null;
    open.close({ status, aborted, bytesSent: bytesSent() });
    if (aborted) controller.abort(new OpsError('service_unavailable', { reason: 'caller' }));
    onClose();
  });
  return {
    inbound,
    record: open.record,
    request,
    reply,
    signal: controller.signal,
    errorShape: errorShapeOf(inbound, config),
    abort: (error) => controller.abort(error),
    account: (bytes) => open.close({ status: reply.statusCode, aborted: false, bytesSent: bytesSent() + bytes }),
  };
}

function readInbound(request: HttpRequest, config: GatewayConfig): Inbound {
  const trusted = addressSet(config.trusted_proxies);
  const peer = plainAddress(request.socket.remoteAddress ?? '');
  const header = (name: string) => request.headers[name]?.toString();
  const proxied = contains(trusted, peer);
  const forwardedFor = header('x-forwarded-for');
  const sentId = header('x-request-id') ?? null;
  const believed = proxied && sentId !== null && isSaneRequestId(sentId);
  return {
    requestId: believed ? sentId : randomUUID(),
    clientRequestId: believed ? null : (sentId?.slice(0, 128) ?? null),
    traceparent: header('traceparent'),
    method: request.method,
    path: pathOf(request.url),
    clientIp: clientAddress(peer, forwardedFor, trusted),
    proxied: proxied && forwardedFor !== undefined,
    userId: header(config.audit.user_header.toLowerCase())?.slice(0, 256) ?? null,
    headers: request.headers,
  };
}

/** The path alone: a query could hold a key. */
const pathOf = (url: string) => url.split('?', 1)[0]?.slice(0, 256) ?? '/';

function errorShapeOf(inbound: Inbound, { error_format }: GatewayConfig): Exchange['errorShape'] {
  if (error_format !== 'auto') return error_format;
  return usesBearer(inbound) ? 'openai' : 'simple';
}
