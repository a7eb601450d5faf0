import { randomUUID } from 'node:crypto';
import type { TrailPages } from '@latchkey/feed';
import { eventOf, type Act } from './act.ts';
import type { Judged } from './decision-facts.ts';

/** What the entries of a caller who does the same again have in common, in words. */
interface Prepared {
  of: Act;
  rest: Uint8Array;
}

const prepared = new WeakMap<Judged, Prepared>();

/** In all that `rest` says; what was judged, and all that it was judged by, is the same object by then. */
const saysTheSame = (one: Act, other: Act): boolean =>
  one.name === other.name && one.principal === other.principal && one.status === other.status && one.place === other.place && one.method === other.method &&
  one.action === other.action && one.outcome === other.outcome && one.code === other.code && one.kind === other.kind && one.connection === other.connection && one.endUser === other.endUser;

function restOf(act: Act): Uint8Array {
  const { id: _id, at: _at, requestId: _requestId, address: _address, ...rest } = eventOf(act, 1);
  // Not a piece of a pool, which would stay whole for as long as any entry of it.
  return new TextEncoder().encode(JSON.stringify(rest).slice(1));
}

let lastMs = 0;
let lastText = '';

function timeText(ms: number): string {
  if (ms !== lastMs) [lastMs, lastText] = [ms, new Date(ms).toISOString()];
  return lastText;
}

/** Hot path: of a call that is judged as the one before it, only what differs is put into words. @param times  how many acts the entry stands for */
export function writeEntry(pages: TrailPages, act: Act, times = 1): void {
  const { judged } = act;
  if (judged === undefined || times !== 1) {
    const event = eventOf(act, times);
    return pages.add(event.id, JSON.stringify(event));
  }
  let known = prepared.get(judged);
  if (known === undefined || !saysTheSame(known.of, act)) prepared.set(judged, (known = { of: act, rest: restOf(act) }));
  const id = randomUUID();
  const address = act.address.slice(0, 64) || null;
  pages.add(id, `{"id":"${id}","at":"${timeText(act.atMs)}","requestId":${JSON.stringify(act.requestId)},"address":${JSON.stringify(address)},`, known.rest);
}
