/** Progress on standard error, with the time since the command began: standard output is for what was asked for. */
export const beganAtMs = performance.timeOrigin;
export const say = (line) => void process.stderr.write(`${((Date.now() - beganAtMs) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
export const elapsedSeconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

/** A problem that the user can mend: told in words, without a stack. */
export class Refusal extends Error {}
