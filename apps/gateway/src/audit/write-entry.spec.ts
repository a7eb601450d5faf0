import { auditEventSchema, type AuditEvent, type ServerRecord } from '@latchkey/contracts';
import { TrailPages } from '@latchkey/feed';
import type { Principal } from '../credentials/principal.ts';
import { eventOf, type Act } from './act.ts';
import type { Judged } from './decision-facts.ts';
import { writeEntry } from './write-entry.ts';

const principal = (more: Partial<Principal> = {}): Principal => ({
  kind: 'pat', id: 'Ab12Cd34', issuer: 'https://issuer.example', subject: 'ada', org: 'acme', clientId: null, scopes: ['mcp:execute'], projects: null, grants: null, tools: null,
  allowedIps: null, rateLimit: null, issuedAtSeconds: 1, expiresAtSeconds: null, grantId: null, sessionId: null, tokenId: null, hash: null, sourcePat: null, sourceTokenId: null,
  keyThumbprint: null, ...more,
});
const judged = (credential: Principal): Judged => ({
  subject: { credential, membership: { org: 'acme', role: 'member', projects: { main: 'contributor' } } },
  ask: { kind: 'mcp', server: { project: 'main' } as ServerRecord, method: 'tools/call', door: 'mcp', name: 'add' },
  credentialRevision: 1, memberRevision: 2, policyRevision: null, identityPosition: 7, keysPosition: 9, askedOnline: false,
});
const ada = principal();
const decision = judged(ada);
const act: Act = {
  atMs: 1_800_000_000_000, action: 'call.made', outcome: 'success', code: null, principal: ada, method: 'tools/call', place: 'demo', kind: 'server', name: 'add', address: '192.0.2.1',
  requestId: 'r-1', status: 200, connection: undefined, endUser: undefined, judged: decision,
};

function written(acts: readonly Act[], times?: number): AuditEvent[] {
  const pages = new TrailPages();
  for (const one of acts) writeEntry(pages, one, times);
  return pages.take().flatMap(({ bytes }) => JSON.parse(bytes.toString('utf8')) as AuditEvent[]);
}
const expected = (one: Act, times = 1) => ({ ...(JSON.parse(JSON.stringify(eventOf(one, times))) as AuditEvent), id: expect.any(String) as string });

describe('writeEntry', () => {
  it.each<[string, Partial<Act>]>([
    ['nothing but the moment', { atMs: 1_800_000_000_001 }],
    ['the request', { requestId: 'r-2' }],
    ['the address', { address: '2001:db8::1' }],
    ['no address', { address: '' }],
    ['an address with what JSON escapes', { address: 'fe80::1%"\\\u0001' }],
    ['a request id with what JSON escapes', { requestId: '"},{"' }],
    ['the tool', { name: 'remove \u20ac' }],
    ['no name', { name: undefined }],
    ['the status', { status: 202 }],
    ['the outcome', { outcome: 'failed' }],
    ['the code', { code: 'upstream_unavailable' }],
    ['the action', { action: 'call.refused' }],
    ['the method', { method: 'resources/read' }],
    ['the server', { place: 'other' }],
    ['the connection', { connection: '00000000-0000-4000-8000-000000000000' }],
    ['the end user', { endUser: { issuer: 'https://people.example', issuerId: 'people', subject: 'bob' } as Act['endUser'] }],
    ['the caller', { principal: principal({ id: 'Zz98Yy76', subject: 'eve' }) }],
    ['what was judged', { judged: judged(principal({ scopes: ['mcp:read'] })) }],
  ])('says of a call that differs in %s what it says by itself, before and after another', (_name, more) => {
    const other = { ...act, ...more };
    expect(written([act, other, act, other])).toEqual([act, other, act, other].map((one) => expected(one)));
  });

  it('has a name of its own for each, and a UUID for all', () => {
    const entries = written(Array.from({ length: 5000 }, () => act));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(5000);
    for (const entry of entries) auditEventSchema.parse(entry);
  });

  it('says when to the millisecond, whichever comes after which', () => {
    const acts = [0, 1, 12, 123, 999, 1000, 1001, 59_999, 60_000, 5, 0].map((ms) => ({ ...act, atMs: act.atMs + ms }));
    expect(written(acts)).toEqual(acts.map((one) => expected(one)));
  });

  it('tells a server from a family of the API where neither has more of a name', () => {
    const acts = (['server', 'api', 'server'] as const).map((kind) => ({ ...act, name: undefined, kind }));
    expect(written(acts)).toEqual(acts.map((one) => expected(one)));
    expect(written(acts).map(({ target }) => target?.kind)).toEqual(['server', 'api', 'server']);
  });

  it('gives each entry an id of its own, and what the log takes', () => {
    const events = written(Array.from({ length: 20 }, () => act));
    expect(new Set(events.map(({ id }) => id)).size).toBe(20);
    for (const event of events) expect(auditEventSchema.parse(event)).toEqual(event);
  });

  it('says of how many an entry is, and what nobody judged', () => {
    expect(written([act], 3)).toEqual([expected(act, 3)]);
    const unjudged = { ...act, judged: undefined };
    expect(written([unjudged, unjudged])).toEqual([expected(unjudged), expected(unjudged)]);
  });
});
