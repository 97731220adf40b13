import type { Board } from '../board.ts';
import {
  gpuFaults,
  gpuHeat,
  gpuHolders,
  gpuLoad,
  gpuMargin,
  gpuMemory,
  gpusPresent,
  gpuThrottling,
  gpuWatts,
} from '../panels/gpu.ts';
import { folderFree, hostLoad, swapAndClock } from '../panels/host.ts';
import { loadTime, modelMemory, modelOnGpu, ollamaAnswers, reloads, truncations } from '../panels/models.ts';
import { tokenTime } from '../panels/users.ts';

const board: Board = {
  uid: 'clawdbot-gpu',
  title: 'Clawdbot / GPU and models',
  rows: [
    { title: 'Verdict', panels: [ollamaAnswers] },
    { title: 'Models', panels: [modelMemory, modelOnGpu, reloads, loadTime, truncations, tokenTime] },
    { title: 'GPU', panels: [gpuMemory, gpuHolders, gpuLoad] },
    { title: 'Heat and power', panels: [gpuHeat, gpuMargin, gpuThrottling, gpuWatts] },
    { title: 'Faults', panels: [gpusPresent, gpuFaults] },
    { title: 'Host', panels: [hostLoad, swapAndClock, folderFree] },
  ],
};

export default board;
