import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@latchkey/contracts';
import { eventually } from '@latchkey/testing';
import type { AuditTrail, TrailBatch } from '../trail/audit-trail.ts';

export const someEvent = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  id: randomUUID(), at: new Date().toISOString(), service: 'keys', org: 'acme', actor: { kind: 'user', id: 'ada' }, credential: null,
  action: 'thing.happened', target: null, outcome: 'success', code: null, address: null, requestId: null, details: {}, ...more,
});

const idsOf = (batches: readonly TrailBatch[]): string[] => batches.flatMap(({ payload }) => (payload as AuditEvent[]).map(({ id }) => id));

/** What every way of audit events promises. @param start  gives a fresh one, and another view of the same */
export function describeTrail(name: string, start: () => Promise<{ trail: AuditTrail; another: () => Promise<AuditTrail>; stop: () => Promise<void> }>): void {
  describe(`the audit trail, ${name}`, () => {
    let subject: Awaited<ReturnType<typeof start>>;
    beforeEach(async () => { subject = await start(); });
    afterEach(() => subject.stop());

    it('hands over what was published, and says from whom', async () => {
      const kept: TrailBatch[] = [];
      await subject.trail.consume((batch) => Promise.resolve(void kept.push(batch)));
      const events = [someEvent(), someEvent()];
      await eventually(() => subject.trail.publish('keys', events));
      await eventually(() => expect(idsOf(kept)).toEqual(events.map(({ id }) => id)));
      expect(kept[0]!.source).toBe('keys');
      expect((kept[0]!.payload as AuditEvent[])[0]).toEqual(events[0]);
      // The source is where it was published, whatever the event claims.
      await subject.trail.publish('gateway', [someEvent({ service: 'identity' })]);
      await eventually(() => expect(kept.at(-1)!.source).toBe('gateway'));
    });

    it('hands over again what could not be kept', async () => {
      const [kept, refused]: [TrailBatch[], TrailBatch[]] = [[], []];
      await subject.trail.consume((batch) => {
        if (refused.push(batch) <= 2) return Promise.reject(new Error('the database is away'));
        return Promise.resolve(void kept.push(batch));
      });
      const event = someEvent();
      // Who publishes repeats what failed; some ways repeat by themselves.
      await eventually(() => subject.trail.publish('keys', [event]));
      await eventually(() => expect(idsOf(kept)).toContain(event.id), { timeoutMs: 20_000 });
    });

    it('splits what is too much for one message', async () => {
      const kept: TrailBatch[] = [];
      await subject.trail.consume((batch) => Promise.resolve(void kept.push(batch)));
      const events = Array.from({ length: 450 }, () => someEvent({ details: { long: 'x'.repeat(500), longer: Array.from({ length: 10 }, () => 'y'.repeat(200)) } }));
      await eventually(() => subject.trail.publish('keys', events));
      await eventually(() => expect(new Set(idsOf(kept)).size).toBe(450));
      for (const { payload } of kept) expect(JSON.stringify(payload).length).toBeLessThan(300_000);
    });

    it('gives each batch to one of several who keep them', async () => {
      const kept: TrailBatch[] = [];
      const keep = (batch: TrailBatch) => Promise.resolve(void kept.push(batch));
      const other = await subject.another();
      const consumers = [await subject.trail.consume(keep), await other.consume(keep)];
      const events = Array.from({ length: 20 }, () => someEvent());
      await eventually(() => subject.trail.publish('keys', [events[0]!]));
      for (const event of events.slice(1)) await subject.trail.publish('keys', [event]);
      await eventually(() => expect(new Set(idsOf(kept)).size).toBe(20));
      expect(idsOf(kept).length).toBe(20);
      for (const consumer of consumers) await consumer.stop();
    });
  });
}
