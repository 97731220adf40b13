import type { Board } from '../board.ts';
import { backends, breaker, errorsByCause, rejectionsByReason, tokenRate } from '../panels/backend.ts';
import { certificateDays, dataAge, failingChecks, firing, mailAge, mails, watchedUp } from '../panels/checks.ts';
import { gpuHeat, gpuLoad, gpuMemory, gpuThrottling, gpuWatts } from '../panels/gpu.ts';
import { diskFree, hostLoad } from '../panels/host.ts';
import { errorRatio, firstToken, openRequests, requestRate, tokenTime } from '../panels/users.ts';

const board: Board = {
  uid: 'clawdbot-on-call',
  title: 'Clawdbot / on call',
  rows: [
    { title: 'Verdict', panels: [errorRatio, backends, firing, failingChecks, dataAge] },
    { title: 'Users', panels: [requestRate, firstToken, tokenTime] },
    { title: 'Whose fault', panels: [openRequests, errorsByCause, breaker, rejectionsByReason] },
    { title: 'GPU', panels: [gpuMemory, gpuHeat, gpuLoad, gpuWatts, gpuThrottling] },
    { title: 'Host and work done', panels: [hostLoad, diskFree, tokenRate] },
    {
      title: 'Checks and mail',
      panels: [watchedUp, certificateDays, mailAge, mails],
    },
  ],
};

export default board;
