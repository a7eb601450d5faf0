import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';

/** Nest's own words, in our log: its start-up chatter is debug, its warnings and errors stay what they are. */
export function nestLogger(logger: Logger): LoggerService {
  const words = (message: unknown): string => (message instanceof Error ? (message.stack ?? message.message) : String(message));
  return {
    log: (message: unknown) => logger.debug(words(message)),
    debug: (message: unknown) => logger.debug(words(message)),
    verbose: (message: unknown) => logger.trace(words(message)),
    warn: (message: unknown) => logger.warn(words(message)),
    error: (message: unknown) => logger.error(words(message)),
    fatal: (message: unknown) => logger.fatal(words(message)),
  };
}
