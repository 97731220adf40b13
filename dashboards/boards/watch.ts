import type { Board } from '../board.ts';
import {
  alertsByState,
  certificateDays,
  checkAge,
  checkTime,
  dataAge,
  failingChecks,
  firing,
  mailAge,
  mails,
  watchedUp,
} from '../panels/checks.ts';
import { latencyBaseline, latencyPhases } from '../panels/latency.ts';
import { configAccepted, processLoad, processMemory } from '../panels/process.ts';
import { jobsLate, jobsLeftOut, samplesSize } from '../panels/scheduler.ts';

const board: Board = {
  uid: 'clawdbot-watch',
  title: 'Clawdbot / watch itself',
  rows: [
    { title: 'Verdict', panels: [firing, failingChecks, dataAge, configAccepted] },
    { title: 'Checks', panels: [watchedUp, checkAge, checkTime, certificateDays, latencyBaseline, latencyPhases] },
    { title: 'Schedules', panels: [jobsLate, jobsLeftOut, samplesSize] },
    { title: 'Alerts and mail', panels: [alertsByState, mailAge, mails] },
    { title: 'Process', panels: [processMemory, processLoad] },
  ],
};

export default board;
