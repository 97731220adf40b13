import { describe } from 'vitest';

/**
 * A suite that needs a real program. Without it the suite is skipped and says so; with `CI=true` a missing part is a
 * failure, because there it must have been installed.
 */
export function realPart(name: string, available: boolean): typeof describe | typeof describe.skip {
  if (available) return describe;
  if (process.env['CI'] === 'true') throw new Error(`real part missing: ${name}; with CI=true it is required`);
  console.warn(`skipped: real part missing: ${name}`);
  return describe.skip;
}
