/** States what must hold if our own code is right; it is no validation of input. @throws Error, which the edge renders as a bare 500 */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${why}`);
}
