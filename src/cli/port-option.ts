import { OpsError } from '../errors.ts';

/** Reads the value of an option such as `--gateway-port`, for commander. */
export const portOption = (option: string) => (value: string) => {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new OpsError('usage', { message: `${option}: expected a port from 1 to 65535, got "${value}"` });
};
