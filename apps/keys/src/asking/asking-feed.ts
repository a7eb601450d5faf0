/** Injects the `Feed` of this process. */
export const ASKING_FEED = Symbol('ASKING_FEED');
