/**
 * `it`, with the requirement that the test shows. Tables of cases (`it.each`) put `[id] ` at the head of their title instead.
 * @param id  one of docs/requirements.md, such as `G2` or `GW-20`, or several
 */
export function verifies(id: string | readonly string[], promise: string, body: () => Promise<void> | void, timeoutMs?: number): void {
  it(`[${[id].flat().join(', ')}] ${promise}`, async () => {
    await body();
  }, timeoutMs);
}
