import type { Cancel } from '../src/clock.ts';
import { OpsError } from '../src/errors.ts';
import type { Exchange, Stages } from './route.ts';

/** When nothing is known of a load. */
const usualRetrySeconds = 5;

/**
 * Bounds a generation request: `total` for every one, and `non_stream_first_byte` for a plain call through a proxy. A
 * proxy gives up on a silent connection, Nginx after 60 s, and its caller would get a page of the proxy: ours comes
 * before. A direct caller waits as long as the model works.
 */
export function startDeadlines(exchange: Exchange, stages: Stages, model: string, stream: boolean): Cancel {
  const { clock, config, upstream } = stages;
  const cancels = [clock.after(config.timeouts.total, () => exchange.abort(new OpsError('timeout')), idle)];
  if (!stream && exchange.inbound.proxied) {
    const answer = () => {
      const seconds = upstream.loadSecondsLeft(model) ?? usualRetrySeconds;
      exchange.abort(new OpsError('service_unavailable', { seconds, reason: 'non_stream_first_byte' }));
    };
    cancels.push(clock.after(config.timeouts.non_stream_first_byte, answer, idle));
  }
  return () => {
    for (const cancel of cancels) cancel();
  };
}

const idle = { keepAlive: false };
