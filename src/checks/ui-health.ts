import { z } from 'zod';
import { httpDuration, httpUp } from '../catalogue/watch.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError } from '../errors.ts';
import { getHttp } from '../probes/http.ts';

interface UiHealthConfig extends CheckConfig {
  readonly url: string;
}

const labels = { check: 'ui-health' };

const check: Check<UiHealthConfig> = {
  summary: { en: 'whether the chat UI answers its health address', zh: '聊天界面的健康检查是否正常' },
  metrics: [httpUp, httpDuration],
  replaces:
    'curl -f -s -o /dev/null http://localhost:8080/health || echo "Clawdbot down!" | mail -s "ALERT" ops@yourcompany.com',
  schema: z.strictObject({
    every: schedule.prefault('30s'),
    timeout: duration.prefault('10s'),
    url: z
      .url({ protocol: /^https?$/, error: 'expected a URL such as http://localhost:8080/health' })
      .default('http://localhost:8080/health'),
  }),
  async run({ url, timeout }, { clock, log }) {
    const start = clock.monotonic();
    let up = false;
    try {
      // Less than the run's own deadline, so that silence is "down" and not a check that failed.
      const { status } = await getHttp(url, { timeoutMs: timeout * 0.8 });
      up = status >= 200 && status < 300;
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      log.debug({ url, reason: thrown.message }, 'the UI does not answer');
    }
    const at = clock.now();
    return [
      sampleOf(httpUp, labels, up ? 1 : 0, at),
      sampleOf(httpDuration, labels, (clock.monotonic() - start) / 1000, at),
    ];
  },
};

export default check;
