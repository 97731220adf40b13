import pino from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof logLevels)[number];

export type Log = pino.Logger;

/** The program's own log: JSON lines on standard error, written before the call returns so that a crash loses none. */
export function createLog(level: LogLevel, name: string, destination = standardError()): Log {
  return pino(
    {
      level,
      name,
      base: { name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

const standardError = (): pino.DestinationStream => pino.destination({ dest: 2, sync: true });
