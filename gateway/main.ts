import type { Server } from 'node:http';
import { gatewayMetrics } from '../src/catalogue/index.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import { changedPaths } from '../src/config/changes.ts';
import { OpsError } from '../src/errors.ts';
import type { TelemetryConfig } from '../src/telemetry/config.ts';
import { createLog, type Log } from '../src/telemetry/log.ts';
import { observeProcess } from '../src/telemetry/process.ts';
import { createMetrics, type Metrics } from '../src/telemetry/registry.ts';
import { startTracing } from '../src/telemetry/tracing.ts';
import { withoutUserInfo } from '../src/text.ts';
import { createAccount } from './account/account.ts';
import { type AuditLog, openAuditLog } from './account/audit-log.ts';
import { createAdmission } from './admission/admit.ts';
import { guardNetwork } from './admission/network.ts';
import type { GatewayConfig } from './config.ts';
import { bindServer, listenOn, urlOf } from './listen.ts';
import { createMetricsServer } from './metrics-server.ts';
import type { Stages } from './route.ts';
import { createServer, type GatewayServer } from './server.ts';
import { Upstream } from './upstream/upstream.ts';

/** Time that open requests have to end by themselves after `close`, in milliseconds. */
const drainMs = 10_000;

/** While draining, connections whose request has ended are closed this often. */
const idleSweepMs = 50;

export interface GatewayInput {
  readonly config: GatewayConfig;
  readonly telemetry: TelemetryConfig;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Longest drain in milliseconds, 10 s unless given. */
  readonly drainMs?: number;
}

/** A running gateway. */
export interface Gateway {
  /** Base URL of the API without `/v1`, with the real port. */
  readonly address: string;
  /** Base URL of `/metrics` and `/inflight`. */
  readonly metricsAddress: string;
  readonly metrics: Metrics;
  /** Applies a changed configuration to new requests; returns the paths of changed options that need a restart. */
  reload(config: GatewayConfig): readonly string[];
  /** Opens the audit file anew, after an external logrotate moved it. */
  reopenLogs(): void;
  /** Stops accepting, lets open requests end within a bound, then ends them with an error. Safe to call twice. */
  close(options?: { now?: boolean }): Promise<void>;
}

/** Options that are read once, at the start. */
const isFixed = (path: string) =>
  /^gateway\.(?:listen|metrics_listen|ollama_api|audit|limits\.max_body_bytes)/.test(path);

/** Starts the gateway: config → upstream → server. @throws OpsError `address_in_use`, `state_unwritable` */
export async function startGateway(input: GatewayInput): Promise<Gateway> {
  const log = input.log ?? createLog(input.config.log_level, 'gateway');
  warnAboutKeys(input.config, log);
  let closing: Promise<void> | undefined;
  const parts = await compose(input, log, () => closing !== undefined);
  await listen(parts, input.config);
  const address = urlOf(parts.app.server);
  const metricsAddress = urlOf(parts.metricsServer);
  const ollama = input.config.ollama_api.map(withoutUserInfo);
  log.info({ address, metrics: metricsAddress, ollama }, `gateway listens on ${address}`);
  return {
    address,
    metricsAddress,
    metrics: parts.metrics,
    reload(config) {
      warnAboutKeys(config, log);
      log.level = config.log_level;
      parts.reload(config);
      return changedPaths(input.config, config, 'gateway').filter(isFixed);
    },
    reopenLogs: () => parts.audit.reopen(),
    close({ now = false } = {}) {
      if (now) parts.endOpen(new OpsError('service_unavailable', { seconds: 5 }));
      closing ??= drain(parts, now ? 0 : (input.drainMs ?? drainMs)).then(() => log.info('gateway ended'));
      return closing;
    },
  };
}

interface Parts extends GatewayServer {
  readonly metricsServer: Server;
  readonly metrics: Metrics;
  readonly audit: AuditLog;
  reload(config: GatewayConfig): void;
  /** Ends what the servers need, after them. */
  release(): Promise<void>;
}

/** Wires the stages. Nothing listens yet. */
async function compose(input: GatewayInput, log: Log, draining: () => boolean): Promise<Parts> {
  const { telemetry, clock = systemClock } = input;
  let config = input.config;
  const metrics = createMetrics(gatewayMetrics);
  observeProcess(metrics, 20);
  const audit = await openAuditLog({ config: config.audit, metrics, log, clock });
  const endpoint = telemetry.otlp_endpoint ?? process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const tracing = endpoint ? await startTracing('clawdbot-ops-gateway', endpoint) : undefined;
  const userIdTrusted = () => config.auth.trust_user_header;
  const account = createAccount({ audit, metrics, tracing, clock, userIdTrusted });
  const upstream = new Upstream({ config: () => config, clock, metrics, log });
  let admission = createAdmission(config, clock, metrics, log);
  const stages: Stages = {
    get config() {
      return config;
    },
    clock,
    get admission() {
      return admission;
    },
    upstream,
    account,
    draining,
  };
  const server = await createServer(stages);
  guardNetwork(server.app.server, () => config, metrics, log);
  return {
    ...server,
    metrics,
    audit,
    metricsServer: createMetricsServer(metrics, account),
    reload(next) {
      config = next;
      admission = createAdmission(next, clock, metrics, log, admission);
    },
    async release() {
      await upstream.close();
      await admission.close();
      await tracing?.shutdown();
      audit.close();
    },
  };
}

async function listen(parts: Parts, config: GatewayConfig): Promise<void> {
  try {
    await listenOn(config.listen, '--listen', (host, port) => parts.app.listen({ host, port }));
    await listenOn(config.metrics_listen, '--metrics-listen', bindServer(parts.metricsServer));
  } catch (thrown) {
    await parts.app.close();
    await parts.release();
    throw thrown;
  }
}

/** Stops accepting; what is still open after `limitMs` ends with an error; `/metrics` answers until the end. */
async function drain({ app, metricsServer, endOpen, release }: Parts, limitMs: number): Promise<void> {
  const closed = app.close();
  const idle = setInterval(() => app.server.closeIdleConnections(), idleSweepMs);
  const cut = setTimeout(() => endOpen(new OpsError('service_unavailable', { seconds: 5 })), limitMs);
  const kill = setTimeout(() => app.server.closeAllConnections(), limitMs + 1000);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
  clearTimeout(kill);
  const ended = new Promise((resolve) => metricsServer.close(resolve));
  metricsServer.closeAllConnections();
  await ended;
  await release();
}

function warnAboutKeys({ auth }: GatewayConfig, log: Log): void {
  const plain = auth.valid_keys.filter((key) => typeof key === 'string').length;
  if (plain > 0) {
    log.warn({ keys: plain }, 'auth.valid_keys holds plain keys; prefer the {id, sha256} form of `ops keys create`');
  }
  if (auth.enabled && auth.valid_keys.length === 0) {
    log.warn('auth.enabled is true and auth.valid_keys is empty: every request is answered 401');
  }
  if (!auth.enabled) log.warn('auth.enabled is false: anybody who reaches this port may use the model');
}
