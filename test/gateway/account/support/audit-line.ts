import { RequestRecord } from '../../../../gateway/account/request-record.ts';
import type { AuditLine } from '../../../../src/audit-line.ts';
import { systemClock } from '../../../../src/clock.ts';

export function auditLine(requestId: string, type: 'audit' | 'started' = 'audit'): AuditLine {
  const inbound = {
    ...{ requestId, clientRequestId: null, traceparent: undefined, method: 'POST', path: '/v1/chat/completions' },
    ...{ clientIp: '10.0.0.7', proxied: true, userId: 'li', headers: {} },
  };
  return new RequestRecord(inbound, null, systemClock).line(type, false);
}
