/** Milliseconds of the machine's monotonic clock: the same in every process of it, unlike `performance.now()`. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Milliseconds since 1970, finer than `Date.now()`. */
export const wallMs = (): number => performance.timeOrigin + performance.now();
