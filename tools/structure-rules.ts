import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Flat files of src/ plus the four rooms that everything may build on. */
const shelf = ['^src/[^/]+\\.ts$', '^src/(catalogue|expression|config|telemetry)/'];

/** What each room may import besides itself: the flow of data, written as imports that point backwards. */
const rooms: readonly { room: string; path: string; may: readonly string[]; except?: string }[] = [
  { room: 'src', path: '^src/[^/]+\\.ts$', may: shelf },
  { room: 'catalogue', path: '^src/catalogue/', may: shelf },
  { room: 'expression', path: '^src/expression/', may: shelf },
  { room: 'config', path: '^src/config/', may: shelf },
  { room: 'telemetry', path: '^src/telemetry/', may: shelf },
  { room: 'probes', path: '^src/probes/', may: shelf },
  { room: 'logs', path: '^src/logs/', may: shelf },
  { room: 'store', path: '^src/store/', may: shelf },
  { room: 'demo', path: '^src/demo/', may: shelf },
  { room: 'setup', path: '^src/setup/', may: [...shelf, '^src/probes/'] },
  { room: 'security', path: '^src/security/', may: [...shelf, '^src/probes/'] },
  { room: 'alerts', path: '^alerts/', may: shelf },
  { room: 'dashboards', path: '^dashboards/', may: shelf },
  { room: 'checks', path: '^src/checks/', may: [...shelf, '^src/probes/', '^src/logs/'] },
  { room: 'triage', path: '^src/triage/', may: [...shelf, '^src/(probes|logs|store)/'] },
  { room: 'watch', path: '^src/watch/', except: '^src/watch/main\\.ts$', may: [...shelf, '^src/store/'] },
  {
    room: 'notify',
    path: '^src/notify/',
    may: [...shelf, '^src/store/', '^src/triage/diagnosis\\.ts$'],
  },
  {
    room: 'page',
    path: '^src/page/',
    may: [...shelf, '^src/(store|triage)/', '^src/watch/snapshot\\.ts$', '^dashboards/panels/'],
  },
  { room: 'admission', path: '^gateway/admission/', may: [...shelf, '^gateway/config\\.ts$'] },
  {
    room: 'translate',
    path: '^gateway/translate/',
    may: [...shelf, '^gateway/config\\.ts$', '^gateway/admission/admitted\\.ts$'],
  },
  { room: 'upstream', path: '^gateway/upstream/', may: [...shelf, '^gateway/config\\.ts$', '^gateway/translate/'] },
  {
    room: 'account',
    path: '^gateway/account/',
    may: [...shelf, '^gateway/config\\.ts$', '^gateway/(admission|translate|upstream)/'],
  },
  {
    room: 'routes',
    path: '^gateway/routes/',
    may: [
      ...shelf,
      '^gateway/config\\.ts$',
      '^gateway/(admission|translate|upstream|account)/',
      '^gateway/[a-z-]+\\.ts$',
    ],
  },
];

/** A library has one owner, so that replacing it is a change of one room. */
const owners: readonly { library: string; may: string }[] = [
  { library: 'prom-client', may: '^src/telemetry/' },
  { library: '@opentelemetry/(sdk|exporter)', may: '^src/telemetry/tracing\\.ts$' },
  { library: 'nodemailer', may: '^src/notify/channels/email\\.ts$' },
  { library: 'smtp-server', may: '^src/demo/' },
  { library: 'node-cron', may: '^src/cron\\.ts$' },
  { library: 'systeminformation', may: '^src/probes/host\\.ts$' },
  { library: 'execa', may: '^src/(probes|demo)/|^src/cli/commands/up\\.ts$' },
  { library: 'fastify', may: '^gateway/(server\\.ts$|routes/)|^src/(page|demo)/' },
  { library: 'ioredis', may: '^gateway/admission/rate-limit-redis\\.ts$' },
  { library: '@grafana/', may: '^dashboards/(builder|links)\\.ts$' },
];

const product = '^(src|gateway|alerts|dashboards)/';
const pure = '^(gateway/translate|src/triage/causes|src/expression)/';

export const structureRules: IForbiddenRuleType[] = [
  ...rooms.map(({ room, path, may, except }) => ({
    name: `room-${room}`,
    severity: 'error' as const,
    from: { path, ...(except ? { pathNot: except } : {}) },
    to: { path: product, pathNot: [path, ...may] },
  })),
  ...owners.map(({ library, may }) => ({
    name: `owner-${library.replace(/[^a-z-]/g, '')}`,
    severity: 'error' as const,
    from: { path: product, pathNot: may },
    to: { path: `(^|/)${library}` },
  })),
  {
    name: 'owner-sqlite',
    severity: 'error',
    from: { path: product, pathNot: '^src/store/' },
    to: { path: '^(node:)?sqlite$' },
  },
  {
    name: 'owner-child-process',
    severity: 'error',
    from: { path: product, pathNot: '^src/(probes|demo)/|^src/cli/(commands/up|children)\\.ts$' },
    to: { path: '^(node:)?child_process$' },
  },
  { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'resolves',
    severity: 'error',
    from: { path: product, pathNot: '^src/page/assets/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'no-test-in-product',
    severity: 'error',
    from: { path: product },
    to: { path: '^(test|tools)/' },
  },
  {
    name: 'pure',
    severity: 'error',
    from: { path: pure },
    to: {
      path: '^(node:)?(fs|fs/promises|net|http|https|child_process|timers|timers/promises)$|(^|/)(undici|fastify|pino)(/|$)',
    },
  },
  {
    name: 'discovered-not-registered',
    severity: 'error',
    from: { path: product },
    to: { path: '^(src/(checks|triage/causes|notify/channels|cli/commands)|gateway/routes)/[^/]+$' },
  },
  {
    name: 'gateway-entered-by-its-command',
    severity: 'error',
    from: { path: product, pathNot: '^gateway/|^src/cli/(commands/gateway|sections)\\.ts$' },
    to: { path: '^gateway/' },
  },
  {
    name: 'sections-read-only-the-schema',
    severity: 'error',
    from: { path: '^src/cli/sections\\.ts$' },
    to: { path: '^gateway/', pathNot: '^gateway/config\\.ts$' },
  },
  {
    name: 'generators-stay-outside',
    severity: 'error',
    from: { path: '^(src|gateway)/' },
    to: { path: '^dashboards/(builder\\.ts|boards/)' },
  },
  {
    name: 'grafana-unreachable',
    severity: 'error',
    from: { path: '^(gateway/|src/(page|watch|cli)/)' },
    to: { path: '(^|/)@grafana/', reachable: true },
  },
];
