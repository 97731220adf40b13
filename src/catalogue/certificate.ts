import { certificateProblems } from '../certificate-problems.ts';
import { metric } from './metric.ts';

const source = ['file', 'live'] as const;
const target = { atMost: 50 };

export const certificateNotAfter = metric({
  name: 'ops_tls_cert_not_after_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'End of validity of a certificate, Unix time; the first to end where the addresses of a name differ.',
  labels: { target, source },
});

export const certificateNotBefore = metric({
  name: 'ops_tls_cert_not_before_timestamp_seconds',
  type: 'gauge',
  unit: 'timestamp',
  help: 'Start of validity of a certificate, Unix time.',
  labels: { target, source },
});

export const certificateProblem = metric({
  name: 'ops_tls_cert_problem',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a certificate has a problem: 1 yes, 0 no, absent where it cannot be judged.',
  labels: { target, source, problem: certificateProblems },
});

export const certificateFileMatchesLive = metric({
  name: 'ops_tls_cert_file_matches_live',
  type: 'gauge',
  unit: 'state',
  help: 'Whether a host serves the newest watched file for its name: 0 means renewed and not reloaded.',
  labels: { target },
});

export const certbotTimerActive = metric({
  name: 'ops_certbot_timer_active',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the systemd timer that renews certificates is active.',
});

export const certbotLastRunSuccess = metric({
  name: 'ops_certbot_last_run_success',
  type: 'gauge',
  unit: 'state',
  help: 'Whether the last run of certbot ended without a failed renewal.',
});
