import type { UsageReport } from '@latchkey/contracts';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import type { Exchange } from '../proxy/exchange.ts';
import { demoServer, somePrincipal } from '../testing/principals.ts';
import { UsageNotes } from './usage-notes.ts';

describe('notes of the use of keys', () => {
  let nowMs = Date.UTC(2026, 2, 1, 23, 59, 59);
  let told: UsageReport[] = [];
  let away = false;
  const notesWith = (limit = 50_000) =>
    new UsageNotes({
      logger: createLogger('gateway', 'silent'), nowMs: () => nowMs, limit,
      send: (report) => {
        told.push(structuredClone(report));
        return away ? Promise.reject(new Error('away')) : Promise.resolve();
      },
    });
  const exchange = (pat: string | null, tool?: string, more: object = {}) => ({
    principal: { ...somePrincipal, kind: 'pat', id: pat }, upstream: {}, route: { kind: 'mcp', server: demoServer },
    message: tool === undefined ? { kind: 'request', method: 'tools/list', params: {} } : { kind: 'request', method: 'tools/call', params: { name: tool } }, ...more,
  }) as unknown as Exchange;
  beforeEach(() => {
    told = [];
    away = false;
    nowMs = Date.UTC(2026, 2, 1, 23, 59, 59);
  });

  verifies('K3', 'are added up by key, server, tool and day, with the last moment', async () => {
    const notes = notesWith();
    for (let time = 0; time < 3; time += 1) notes.note(exchange('a', 'add'));
    notes.note(exchange('a'));
    nowMs += 1000;
    notes.note(exchange('a', 'add'));
    notes.note(exchange('b', 'add', { route: { kind: 'manage' } }));
    notes.note(exchange(null, undefined, { principal: { ...somePrincipal, sourcePat: 'a' } }));
    await notes.stop();
    const at = Date.UTC(2026, 2, 1, 23, 59, 59) / 1000;
    expect(told).toEqual([{ id: expect.any(String) as string, uses: [
      { pat: 'a', server: 'demo', tool: 'add', day: '2026-03-01', calls: 3, lastUsedAt: at },
      { pat: 'a', server: 'demo', tool: '', day: '2026-03-01', calls: 1, lastUsedAt: at },
      { pat: 'a', server: 'demo', tool: 'add', day: '2026-03-02', calls: 1, lastUsedAt: at + 1 },
      { pat: 'b', server: '', tool: 'add', day: '2026-03-02', calls: 1, lastUsedAt: at + 1 },
      { pat: 'a', server: 'demo', tool: '', day: '2026-03-02', calls: 1, lastUsedAt: at + 1 },
    ] }]);
  });

  verifies('K3', 'none of what was refused, or is of no key', async () => {
    const notes = notesWith();
    notes.note(exchange('a', 'add', { upstream: undefined }));
    notes.note(exchange('a', 'add', { principal: undefined }));
    notes.note(exchange('a', 'add', { principal: somePrincipal }));
    await notes.stop();
    expect(told).toEqual([]);
  });

  verifies('K3', 'what may not have arrived is told again as it was, and new uses wait behind it', async () => {
    const notes = notesWith();
    notes.note(exchange('a', 'add'));
    away = true;
    await notes.stop();
    notes.note(exchange('a', 'add'));
    away = false;
    await notes.stop();
    await notes.stop();
    expect(told).toHaveLength(3);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]?.id).not.toBe(told[0]?.id);
    expect(told[2]?.uses).toMatchObject([{ calls: 1 }]);
  });

  it('are bounded: tools nobody named before are counted without their name, and unusual names as none', async () => {
    const notes = notesWith(3);
    notes.note(exchange('a'));
    for (let tool = 0; tool < 10; tool += 1) notes.note(exchange('a', `t${tool}`));
    notes.note(exchange('a', 'x\n'.repeat(5)));
    await notes.stop();
    expect(told[0]?.uses.map(({ tool, calls }) => [tool, calls])).toEqual([['', 10], ['t0', 1], ['t1', 1]]);
  });

  it('go out in reports that keys takes', async () => {
    const notes = notesWith();
    for (let key = 0; key < 12_000; key += 1) notes.note(exchange(`k${key}`, 'add'));
    await notes.stop();
    expect(told.map(({ uses }) => uses.length)).toEqual([5000, 5000, 2000]);
  });
});
