import { gatewayMetrics } from '../src/catalogue/index.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import { OpsError } from '../src/errors.ts';
import type { TelemetryConfig } from '../src/telemetry/config.ts';
import { createLog, type Log } from '../src/telemetry/log.ts';
import { observeProcess } from '../src/telemetry/process.ts';
import { createMetrics } from '../src/telemetry/registry.ts';
import { startTracing } from '../src/telemetry/tracing.ts';
import { createAccount } from './account/account.ts';
import { openAuditLog } from './account/audit-log.ts';
import { createAdmission } from './admission/admit.ts';
import { guardNetwork } from './admission/network.ts';
import type { GatewayConfig } from './config.ts';
import { bindServer, listenOn, urlOf } from './listen.ts';
import { createMetricsServer } from './metrics-server.ts';
import { createServer } from './server.ts';
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
  /** Stops accepting, lets open requests end within a bound, then ends them with an error. Safe to call twice. */
  close(options?: { now?: boolean }): Promise<void>;
}

/** Starts the gateway: config → upstream → server. @throws OpsError `address_in_use`, `state_unwritable` */
export async function startGateway(input: GatewayInput): Promise<Gateway> {
  const { config, telemetry, clock = systemClock } = input;
  const log = input.log ?? createLog(config.log_level, 'gateway');
  warnAboutKeys(config, log);
  const metrics = createMetrics(gatewayMetrics);
  observeProcess(metrics);
  const endpoint = telemetry.otlp_endpoint ?? process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const tracing = endpoint ? await startTracing('clawdbot-ops-gateway', endpoint) : undefined;
  const audit = await openAuditLog(config.audit.file, metrics, log);
  const account = createAccount({ audit, metrics, tracing, clock, userIdTrusted: config.auth.trust_user_header });
  const upstream = new Upstream({ config, clock, metrics, log });
  let closing: Promise<void> | undefined;
  const admission = createAdmission(config, clock);
  const { app, endOpen } = await createServer({
    ...{ config, clock, admission, upstream, account },
    draining: () => closing !== undefined,
  });
  guardNetwork(app.server, config, metrics, log);
  const metricsServer = createMetricsServer(metrics, account);

  const closeRest = async () => {
    metricsServer.closeAllConnections();
    if (metricsServer.listening) await new Promise((resolve) => metricsServer.close(resolve));
    await upstream.close();
    await tracing?.shutdown();
    audit.close();
  };
  try {
    await listenOn(config.listen, '--listen', (host, port) => app.listen({ host, port }));
    await listenOn(config.metrics_listen, '--metrics-listen', bindServer(metricsServer));
  } catch (thrown) {
    await app.close();
    await closeRest();
    throw thrown;
  }
  const address = urlOf(app.server);
  const metricsAddress = urlOf(metricsServer);
  log.info({ address, metrics: metricsAddress, ollama: config.ollama_api }, `gateway listens on ${address}`);

  const drain = async (limitMs: number) => {
    const closed = app.close();
    const cut = setTimeout(() => endOpen(new OpsError('service_unavailable', { seconds: 5 })), limitMs);
    const kill = setTimeout(() => app.server.closeAllConnections(), limitMs + 1000);
    const idle = setInterval(() => app.server.closeIdleConnections(), idleSweepMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
    clearTimeout(kill);
    await closeRest();
    log.info('gateway ended');
  };
  return {
    address,
    metricsAddress,
    close({ now = false } = {}) {
      if (now) endOpen(new OpsError('service_unavailable', { seconds: 5 }));
      closing ??= drain(now ? 0 : (input.drainMs ?? drainMs));
      return closing;
    },
  };
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
