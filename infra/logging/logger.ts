import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * The log of a process, on standard error so that results on standard output stay clean: one line of JSON each, or
 * coloured lines on a terminal. Writes are synchronous, so the last line before an exit is not lost.
 */
export const createLogger = (name: string, level: LogLevel, onTerminal = process.stderr.isTTY): Logger => {
  const options = { name, level, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return onTerminal
    ? pino(options, pretty({ destination: 2, sync: true, ignore: 'pid', translateTime: 'SYS:HH:MM:ss' }))
    : pino(options, pino.destination({ fd: 2, sync: true }));
};
