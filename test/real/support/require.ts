/**
 * Whether a real part (a server, a browser) is there to test against. Without it the tests are skipped with a clear
 * line; with CI=true its absence is a failure, so that nothing is skipped silently.
 */
export function realPart(name: string, available: boolean): boolean {
  if (available) return true;
  if (process.env['CI'] === 'true') throw new Error(`${name} is missing, and with CI=true no test is skipped`);
  process.stderr.write(`SKIPPED: tests against the real ${name}, which is not installed here\n`);
  return false;
}
