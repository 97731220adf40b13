import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { codeOf, OpsError } from '../src/errors.ts';
import { plainAddress } from './admission/client.ts';
import type { Stages } from './route.ts';
import { clientError, errorReply } from './translate/error-reply.ts';

/** Most bytes of a request's line and headers. */
export const maxHeaderBytes = 16_384;

/** What Node itself sends to a caller that asks before it sends its body; that is no answer yet. */
const interimBytes = 'HTTP/1.1 100 Continue\r\n\r\n'.length;

/** Answers what Node could not read as a request. It never was one for Fastify, and has its audit line all the same. */
export function answerUnreadable(thrown: Error, socket: Socket, { account }: Stages): void {
  const code = codeOf(thrown) ?? '';
  // After an answer it may be the rest of that request's body, and a second answer would be read as the next one's.
  if (!socket.writable || socket.bytesWritten > interimBytes || code === 'ECONNRESET') return void socket.destroy();
  const requestId = randomUUID();
  const clientIp = plainAddress(socket.remoteAddress ?? '');
  const nothing = { clientRequestId: null, traceparent: undefined, userId: null, proxied: false, headers: {} };
  const open = account.open({ ...nothing, requestId, method: '', path: '', clientIp });
  open.record.error = clientError(unreadable(thrown), requestId);
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

/** What is told of a request that Node gave up to read. */
export function unreadable(thrown: Error): OpsError {
  const code = codeOf(thrown);
  if (code === 'HPE_HEADER_OVERFLOW') return new OpsError('headers_too_large', { max: maxHeaderBytes });
  const message =
    code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'the request did not arrive in time' : 'the request could not be read';
  return new OpsError('invalid_request', { message, param: null });
}
