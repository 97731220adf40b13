import { metric } from './metric.ts';

const source = ['file', 'live'] as const;
const target = { atMost: 50 };

export const certificateNotAfter = metric({
  name: 'ops_tls_cert_not_after_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'End of validity of a certificate, Unix time.',
  labels: { target, source },
});

export const certificateNotBefore = metric({
  name: 'ops_tls_cert_not_before_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Start of validity of a certificate, Unix time.',
  labels: { target, source },
});
