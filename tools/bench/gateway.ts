import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuPerRequest, Load, memoryPerStream, soak, streamFigures } from './measure.ts';
import { topFunctions } from './profile.ts';
import { type Figures, type Results, rowsOf, tableOf } from './report.ts';
import { type Server, startGateway, startMock, startNginx, startPassThrough } from './servers.ts';

const usage = `npm run bench:gateway -- [options]: what the gateway costs beside a bare pass-through and nginx, in one run
  --rounds N       rounds of which the median is taken (5)
  --streams N      open streams for the memory of one (5000; needs ulimit -n above 2 N)
  --soak N         requests under which resident memory is watched (50000)
  --semi-space MB  young generation of the gateway's V8 (what bin/ops gives it)
  --profile        CPU profile of the gateway instead: plain requests, then streams
  --json           the figures as JSON
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    streams: { type: 'string', default: '5000' },
    soak: { type: 'string', default: '50000' },
    'semi-space': { type: 'string' },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const requestsPerRound = 4000;
const streamSeconds = 3;

const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
const nodeFlags = values['semi-space'] === undefined ? [] : [`--max-semi-space-size=${values['semi-space']}`];
const progress = (text: string) => process.stderr.write(`${text}\n`);

/** Interleaved, and in turning order: what disturbs the machine for a moment disturbs each server. */
async function compare(load: Load, mock: Server, servers: readonly Server[]): Promise<Results> {
  const results: Record<string, Figures> = {};
  for (const server of servers) {
    results[server.name] = { cpuPerRequest: [], cpuPerToken: [], firstTokenMs: [], bytesPerStream: null, resident: [] };
    await cpuPerRequest(load, server, 3000);
    await streamFigures(load, mock, server, 1);
  }
  const rounds = Number(values.rounds);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < servers.length; turn += 1) {
      const server = servers[(round + turn) % servers.length] as Server;
      const figures = results[server.name] as Figures;
      figures.cpuPerRequest.push(await cpuPerRequest(load, server, requestsPerRound));
      const { cpuPerToken, firstTokenMs } = await streamFigures(load, mock, server, streamSeconds);
      figures.cpuPerToken.push(cpuPerToken);
      figures.firstTokenMs.push(...firstTokenMs);
    }
    progress(`round ${round + 1} of ${rounds}`);
  }
  return results;
}

/** Fresh processes, so that one measurement does not find the memory of another. */
async function fresh<Value>(start: () => Promise<Server>, use: (server: Server) => Promise<Value>): Promise<Value> {
  const server = await start();
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

const gatewayIn =
  (name: string, flags: readonly string[] = nodeFlags) =>
  (mock: Server) => {
    const own = join(folder, name);
    mkdirSync(own);
    return startGateway(mock, { nodeFlags: flags, folder: own });
  };

/** CPU and delay of all servers, side by side. */
async function sideBySide(load: Load, mock: Server): Promise<Results> {
  const servers: Server[] = [];
  try {
    servers.push(await gatewayIn('gateway')(mock), await startPassThrough(mock));
    const nginx = await startNginx(mock, folder);
    if (nginx) servers.push(nginx);
    else progress('nginx is not installed: its column stays empty');
    return await compare(load, mock, servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function bench(load: Load, mock: Server): Promise<void> {
  const results = await sideBySide(load, mock);
  const streams = Number(values.streams);
  const count = Number(values.soak);
  const startOf = { gateway: (name: string) => gatewayIn(name)(mock), 'pass-through': () => startPassThrough(mock) };
  for (const [name, start] of Object.entries(startOf)) {
    const figures = results[name] as Figures;
    progress(`memory of the ${name}: ${streams} open streams, then ${count} requests`);
    figures.bytesPerStream = await fresh(
      () => start('streams'),
      (server) => memoryPerStream(load, server, streams),
    );
    figures.resident = await fresh(
      () => start('soak'),
      (server) => soak(load, server, count),
    );
  }

  const rows = rowsOf(results);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, nodeFlags };
  const resident = results['gateway']?.resident.map((bytes) => Math.round(bytes / 1e6)) ?? [];
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, rows, results }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node} ${nodeFlags.join(' ')}\n\n`);
  process.stdout.write(`${tableOf(rows)}\n\nresident memory over ${values.soak} requests, MB: ${resident.join(' ')}\n`);
}

async function profile(load: Load, mock: Server): Promise<void> {
  const cases: Record<string, (server: Server) => Promise<unknown>> = {
    plain: (server: Server) => cpuPerRequest(load, server, 20_000),
    stream: (server: Server) => streamFigures(load, mock, server, 10),
  };
  for (const [name, run] of Object.entries(cases)) {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
    await fresh(() => gatewayIn(name, [...nodeFlags, ...flags])(mock), run);
    const file = join(folder, `${name}.cpuprofile`);
    process.stdout.write(`${name}: ${file}\n${topFunctions(file, 40).join('\n')}\n\n`);
  }
}

if (values.help) process.stdout.write(usage);
else {
  const mock = await startMock();
  const load = new Load();
  try {
    await (values.profile ? profile : bench)(load, mock);
  } finally {
    load.stop();
    await mock.stop();
    if (!values.profile) rmSync(folder, { recursive: true });
  }
}
