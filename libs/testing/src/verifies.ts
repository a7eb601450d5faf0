/**
 * `it`, with the id of the requirement that the test shows.
 * @param id  from FEATURES.md or PROTOCOL.md, such as `G2` or `GW-20`
 */
export function verifies(id: string, promise: string, body: () => Promise<void> | void, timeoutMs?: number): void {
  it(`[${id}] ${promise}`, async () => {
    await body();
  }, timeoutMs);
}
