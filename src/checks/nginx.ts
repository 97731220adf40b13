import { z } from 'zod';
import * as nginx from '../catalogue/nginx.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import type { Sample } from '../expression/series.ts';
import { readStubStatus, type StubStatus, testNginxConfig } from '../probes/nginx.ts';
import { listeningPorts } from '../probes/sockets.ts';

interface NginxConfig extends CheckConfig {
  readonly command: string;
  readonly config?: string | undefined;
  readonly status_url?: string | undefined;
  readonly ports: readonly number[];
}

const check: Check<NginxConfig> = {
  summary: { en: 'configuration, ports and connections of Nginx', zh: 'Nginx 的配置、端口与连接' },
  metrics: Object.values(nginx),
  schema: z.strictObject({
    every: schedule.prefault('60s'),
    timeout: duration.prefault('10s'),
    command: z.string().min(1).default('nginx'),
    /** Its configuration file; default: nginx's own. */
    config: z.string().min(1).optional(),
    /** A page of `stub_status`, such as http://127.0.0.1:8081/nginx_status. */
    status_url: z
      .url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8081/nginx_status' })
      .optional(),
    ports: z.array(z.number().int().min(1).max(65_535)).default([80, 443]),
  }),
  async run({ command, config, status_url, ports, timeout }, { clock, log }) {
    const tested = await testNginxConfig(command, config, timeout * 0.4);
    const status = status_url === undefined ? undefined : await readStubStatus(status_url, timeout * 0.4);
    // A machine without Nginx has nothing to check.
    if (tested === undefined && status === undefined) return [];
    if (tested?.valid !== true && tested !== undefined) log.warn({ said: tested.said }, 'nginx -t did not pass');
    const listening = await listeningPorts();
    const at = clock.now();
    return [
      ...(tested?.valid === undefined ? [] : [sampleOf(nginx.nginxConfigValid, {}, Number(tested.valid), at)]),
      ...(listening === undefined
        ? []
        : ports.map((port) => sampleOf(nginx.nginxListening, { port: String(port) }, Number(listening.has(port)), at))),
      ...(status === undefined ? [] : statusSamples(status, at)),
    ];
  },
};

function statusSamples(status: StubStatus, at: number): Sample[] {
  return [
    ...(['active', 'reading', 'writing', 'waiting'] as const).map((state) =>
      sampleOf(nginx.nginxConnections, { state }, status[state], at),
    ),
    sampleOf(nginx.nginxConnectionsDropped, {}, status.accepted - status.handled, at),
    sampleOf(nginx.nginxRequests, {}, status.requests, at),
  ];
}

export default check;
