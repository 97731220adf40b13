import { metric } from './metric.ts';

export const requestsYesterday = metric({
  name: 'ops_requests_yesterday',
  type: 'gauge',
  unit: 'count',
  help: 'Requests in the audit log of the day before, probes aside.',
  labels: { result: ['ok', 'abnormal'] },
});

export const abnormalRequestsYesterday = metric({
  name: 'ops_abnormal_requests_yesterday',
  type: 'gauge',
  unit: 'count',
  help: 'The five most frequent kinds of abnormal requests of the day before: key (or address), endpoint, error.',
  labels: { client: { atMost: 20 }, endpoint: { atMost: 20 }, error: { atMost: 20 } },
});
