import { z } from 'zod';
import { nginxConfigFile } from '../logs/formats/nginx-config.ts';

const log = z.string().min(1);

const server = z.url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:3100' });

/** The `triage` section: where the logs are. A value is a path, `journal:UNIT`, `journal:kernel`, `docker:NAME` or `loki:QUERY`. */
export const triageSchema = z.strictObject({
  logs: z
    .strictObject({
      'nginx-access': log.default('/var/log/nginx/access.log'),
      'nginx-error': log.default('/var/log/nginx/error.log'),
      'gateway-log': log.default('/var/log/qwen-gateway.log'),
      'ollama-log': log.default('journal:ollama'),
      dmesg: log.default('journal:kernel'),
    })
    .prefault({}),
  /** Nginx's configuration, which names the formats of its access logs and the site that a marked request goes through. */
  nginx_config: z.string().min(1).default(nginxConfigFile),
  /** Base URL of Loki, for logs named `loki:QUERY`, such as http://127.0.0.1:3100. */
  loki: server.optional(),
  /** Base URL of Prometheus, which is asked for what watch has measured, such as http://127.0.0.1:9090. */
  prometheus: server.optional(),
  /** Which way chats go; `auto` reads it from the logs. */
  path: z.enum(['auto', 'nginx', 'clawdbot']).default('auto'),
  /** Public base URL through Nginx, for the marked probe, where its configuration does not tell or another is meant. */
  probe_url: z.url({ protocol: /^https?$/, error: 'expected a URL such as https://ai.yourcompany.com' }).optional(),
  /** Ports on which Nginx listens, where its log is on this machine; none: not looked at. */
  web_ports: z.array(z.number().int().min(1).max(65_535)).default([80, 443]),
  /** The program that is asked about the GPUs. */
  nvidia_smi: z.string().min(1).default('nvidia-smi'),
});

export type TriageConfig = z.output<typeof triageSchema>;
