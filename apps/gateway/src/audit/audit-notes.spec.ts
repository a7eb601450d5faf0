import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@latchkey/contracts';
import { AuditTrail, type TrailConsumer, type TrailPage } from '@latchkey/feed';
import { createLogger } from '@latchkey/telemetry';
import { eventually, verifies } from '@latchkey/testing';
import { Registry } from 'prom-client';
import { AuditMetrics } from '../metrics/audit-metrics.ts';
import type { Act } from './act.ts';
import { AuditNotes } from './audit-notes.ts';
import { GapMark } from './gap-mark.ts';

/** A way that is closed until it is opened, and may lose its answers. */
class Road extends AuditTrail {
  open = false;
  losesAnswers = 0;
  attempts = 0;
  readonly arrived: AuditEvent[] = [];

  override send(_source: string, { bytes }: TrailPage): Promise<void> {
    this.attempts += 1;
    if (!this.open) return Promise.reject(new Error('closed'));
    this.arrived.push(...(JSON.parse(bytes.toString('utf8')) as AuditEvent[]));
    if (this.losesAnswers > 0) {
      this.losesAnswers -= 1;
      return Promise.reject(new Error('timeout'));
    }
    return Promise.resolve();
  }
  override consume(): Promise<TrailConsumer> { return Promise.reject(new Error('nobody reads here')); }
  override close(): Promise<void> { return Promise.resolve(); }
}

const act = (n: number, more: Partial<Act> = {}): Act => ({
  atMs: 1_800_000_000_000 + n, action: 'call.made', outcome: 'success', code: null, principal: undefined, method: 'tools/call', place: 'demo', kind: 'server', name: `tool-${n}`,
  address: '192.0.2.1', requestId: `r-${n}`, status: 200, ...more,
});

describe('AuditNotes', () => {
  const started: AuditNotes[] = [];
  const start = (road: Road, more: { limit?: number; mark?: GapMark } = {}) => {
    const registry = new Registry();
    const notes = new AuditNotes({ trail: road, metrics: new AuditMetrics(registry), logger: createLogger('test', 'silent'), ...more });
    notes.start();
    started.push(notes);
    return { notes, metrics: () => registry.metrics() };
  };
  afterEach(async () => { for (const notes of started.splice(0)) await notes.stop(); });

  verifies('I17', 'what no room was left for is counted, and told before what comes after it', async () => {
    const road = new Road();
    const { notes, metrics } = start(road, { limit: 10 });
    for (let n = 0; n < 25; n += 1) notes.note(act(n));
    await eventually(() => expect(road.attempts).toBeGreaterThan(1));
    // The first batch is on its way; room is what waits behind it.
    road.open = true;
    await eventually(() => expect(road.arrived.filter(({ action }) => action === 'call.made').length).toBe(10));
    await eventually(() => expect(road.arrived.filter(({ action }) => action === 'audit.gap')).toMatchObject([{ service: 'gateway', outcome: 'failed', details: { reason: 'overflow', events: 15 } }]));
    expect(await metrics()).toContain('gateway_audit_events_total{result="dropped"} 15');
    notes.note(act(99));
    await eventually(() => expect(road.arrived.at(-1)!.target!.id).toBe('demo/tool-99'));
  });

  verifies('I17', 'has room for no more while what was told has not arrived', async () => {
    const road = new Road();
    const { notes } = start(road, { limit: 10 });
    for (let n = 0; n < 6; n += 1) notes.note(act(n));
    await eventually(() => expect(road.attempts).toBeGreaterThan(1));
    for (let n = 6; n < 12; n += 1) notes.note(act(n));
    for (let n = 0; n < 3; n += 1) notes.note(act(99, { action: 'call.refused', outcome: 'refused', code: 'tool_not_allowed' }));
    road.open = true;
    await eventually(() => expect(road.arrived.filter(({ action }) => action === 'audit.gap')).toMatchObject([{ details: { events: 5 } }]));
    expect(road.arrived.filter(({ action }) => action === 'call.made').map(({ requestId }) => requestId)).toEqual(Array.from({ length: 10 }, (_, n) => `r-${n}`));
  });

  it('adds up refusals that say the same, as long as few others come between them', async () => {
    const road = new Road();
    road.open = true;
    const { notes } = start(road);
    const refuse = (n: number): void => notes.note(act(n, { action: 'call.refused', outcome: 'refused', code: 'tool_not_allowed' }));
    for (let times = 0; times < 3; times += 1) refuse(1000);
    for (let n = 0; n < 250; n += 1) refuse(n);
    for (let times = 0; times < 2; times += 1) refuse(1000);
    await eventually(() => expect(road.arrived.length).toBe(252));
    expect(road.arrived.filter(({ requestId }) => requestId === 'r-1000').map(({ details }) => details['times'])).toEqual([3, 2]);
  });

  it('tells what comes while it tells in the next round, and not in a message for each answer', async () => {
    let telling = false;
    const road = new (class extends Road {
      override async send(source: string, page: TrailPage): Promise<void> {
        telling = true;
        await new Promise((resolve) => setImmediate(resolve));
        return super.send(source, page);
      }
    })();
    road.open = true;
    const { notes } = start(road);
    notes.note(act(0));
    while (!telling) await new Promise((resolve) => setImmediate(resolve));
    for (let n = 1; n < 200; n += 1) {
      notes.note(act(n));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(road.arrived.length).toBe(200));
    expect(road.attempts).toBeLessThan(50);
  });

  it('tries once more when it ends, and does not hold the end up where nothing can be told', async () => {
    const road = new Road();
    const { notes } = start(road);
    notes.note(act(1));
    await notes.stop();
    expect(road.attempts).toBe(1);
  });

  verifies('I17', 'what may have arrived is told again under the same ids', async () => {
    const road = new Road();
    [road.open, road.losesAnswers] = [true, 2];
    const { notes } = start(road);
    notes.note(act(1));
    await eventually(() => expect(road.arrived.length).toBe(3));
    expect(new Set(road.arrived.map(({ id }) => id)).size).toBe(1);
  });

  verifies('I17', 'a crash, and an end at which not all could be told, are told by whoever starts next in that place', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gap-mark-'));
    const file = join(directory, 'gateway', 'mark');
    try {
      const first = new Road();
      const mark = new GapMark(file);
      const { notes } = start(first, { mark });
      notes.note(act(1));
      await notes.stop();
      const second = new Road();
      second.open = true;
      const next = start(second, { mark });
      await eventually(() => expect(second.arrived).toMatchObject([{ action: 'audit.gap', details: { reason: 'unsent', events: 1 } }]));
      // A crash leaves the mark of who was running.
      const left = readFileSync(file, 'utf8');
      await next.notes.stop();
      expect(() => readFileSync(file)).toThrow();
      writeFileSync(file, left);
      const third = new Road();
      third.open = true;
      start(third, { mark });
      await eventually(() => expect(third.arrived).toMatchObject([{ action: 'audit.gap', details: { reason: 'crash', events: null } }]));
    } finally {
      for (const notes of started.splice(0)) await notes.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
