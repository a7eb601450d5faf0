import type { IncomingHttpHeaders } from 'node:http';
import type { Stage } from '../stage.ts';

/** Names that only proxies of ours, or we ourselves, may set: what a caller puts there is dropped before anything can read it (GW-80). */
const reserved = /^(?:latchkey-|x-latchkey-|x-forwarded-|x-client-cert|x-ssl-client|x-real-ip$|forwarded$|client-cert|ssl-client-)/;

/** Hot path: how they begin. */
const first: ReadonlySet<number> = new Set([...'lxfcs'].map((letter) => letter.charCodeAt(0)));

export function dropReserved(headers: IncomingHttpHeaders): void {
  for (const name in headers) if (first.has(name.charCodeAt(0)) && reserved.test(name)) delete headers[name];
}

export const stripReservedHeaders: Stage = {
  name: 'stripReservedHeaders',
  statuses: [],
  run: ({ request }) => dropReserved(request.headers),
};
