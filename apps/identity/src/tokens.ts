/** Injects the process's `Logger` (an interface of pino, so it needs a token). */
export const LOGGER = Symbol('LOGGER');
