import type { Board } from '../board.ts';
import { backends, breaker, errorsByCause, rejectionsByReason, tokenRate } from '../panels/backend.ts';
import { gatewayOverhead, gpuTimeByKey, queueTime, retriesByBackend, wholeRequest } from '../panels/cost.ts';
import { certificateProblems, exposedPorts, nginxLoad, nginxState } from '../panels/edge.ts';
import { loadTime, reloads, truncations } from '../panels/models.ts';
import { configAccepted, processLoad, processMemory } from '../panels/process.ts';
import { errorRatio, firstToken, openRequests, requestRate } from '../panels/users.ts';

const board: Board = {
  uid: 'clawdbot-gateway',
  title: 'Clawdbot / gateway',
  rows: [
    { title: 'Verdict', panels: [errorRatio, backends, configAccepted] },
    { title: 'Requests', panels: [requestRate, openRequests, rejectionsByReason] },
    { title: 'Time', panels: [firstToken, queueTime, wholeRequest, gatewayOverhead] },
    { title: 'Backends', panels: [errorsByCause, retriesByBackend, breaker] },
    { title: 'Models and cost', panels: [loadTime, reloads, truncations, tokenRate, gpuTimeByKey] },
    { title: 'Edge', panels: [nginxState, nginxLoad, certificateProblems, exposedPorts] },
    { title: 'Process', panels: [processMemory, processLoad] },
  ],
};

export default board;
