import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { codeOf, OpsError } from '../src/errors.ts';
import { plainAddress } from './admission/client.ts';
import type { Stages } from './route.ts';
import { clientError, errorReply } from './translate/error-reply.ts';

/** Most bytes of a request's line and headers. */
export const maxHeaderBytes = 16_384;

/** Answers what Node could not read as a request. It never was one for Fastify, and has its audit line all the same. */
export function answerUnreadable(thrown: Error, socket: Socket, { account }: Stages): void {
  const code = codeOf(thrown) ?? '';
  if (!socket.writable || code === 'ECONNRESET' || code === 'EPIPE') return void socket.destroy();
  const requestId = randomUUID();
  const clientIp = plainAddress(socket.remoteAddress ?? '');
  const nothing = { clientRequestId: null, traceparent: undefined, userId: null, proxied: false, headers: {} };
  const open = account.open({ ...nothing, requestId, method: '', path: '', clientIp });
  open.record.error = clientError(errorOf(code), requestId);
  const { status, body } = errorReply(open.record.error, 'simple');
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  const answer = `${head.join('\r\n')}\r\n\r\n${text}`;
  open.close({ status, aborted: false, bytesSent: Buffer.byteLength(answer) });
  socket.end(answer);
}

function errorOf(code: string): OpsError {
  if (code === 'HPE_HEADER_OVERFLOW') return new OpsError('headers_too_large', { max: maxHeaderBytes });
  const message =
    code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'the request did not arrive in time' : 'the request could not be read';
  return new OpsError('invalid_request', { message, param: null });
}
