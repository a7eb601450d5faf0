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

let lastAddress: string | undefined;
let lastAddressText = '';

const lastDigits = 7;
const idsEach = 16 ** lastDigits;
let idBegin = '';
let idCount = 2 * idsEach;

/** A UUID of version 4 (RFC 9562). Hot path: 94 bits of chance are drawn for many entries at once; the last seven digits count on, from where chance let them begin. */
function nextId(): string {
  if (idCount === 2 * idsEach) {
    const drawn = randomUUID();
    [idBegin, idCount] = [drawn.slice(0, -lastDigits), idsEach + Number.parseInt(drawn.slice(-lastDigits), 16)];
  }
  const digits = idCount.toString(16).slice(1);
  idCount += 1;
  return idBegin + digits;
}

let lastSecond = -1;
let lastText = '';

/** As `Date` has it; hot path: of what happened within one second only the fraction is put into words. */
function timeText(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) [lastSecond, lastText] = [second, new Date(second * 1000).toISOString().slice(0, -4)];
  const fraction = ms - second * 1000;
  return `${lastText}${fraction < 10 ? '00' : fraction < 100 ? '0' : ''}${fraction}Z`;
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
  const id = nextId();
  if (act.address !== lastAddress) [lastAddress, lastAddressText] = [act.address, JSON.stringify(act.address.slice(0, 64) || null)];
  pages.add(id, `{"id":"${id}","at":"${timeText(act.atMs)}","requestId":${JSON.stringify(act.requestId)},"address":${lastAddressText},`, known.rest);
}
