/** Inject what has no class of its own: the process's environment, and its `Logger`, which is an interface of pino. */
export const KEYS_ENV = Symbol('KEYS_ENV');
export const LOGGER = Symbol('LOGGER');
