/** How long after the first Ctrl-C a second one still is the same: terminal and npm each send one. */
const echoMs = 1000;

/**
 * Calls `stop` once on SIGINT, SIGTERM or the loss of a parent's IPC channel. A second SIGINT more than a second later
 * ends the process at once.
 */
export function onStopSignal(stop: () => void): void {
  let stoppedAt: number | undefined;
  const once = (): void => {
    if (stoppedAt !== undefined) return;
    stoppedAt = performance.now();
    stop();
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', () => {
    if (stoppedAt !== undefined && performance.now() - stoppedAt > echoMs) process.exit(130);
    once();
  });
  if (process.send) process.on('disconnect', once);
}
