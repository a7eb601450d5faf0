import { verifies } from '@latchkey/testing';
import type { Judged } from '../audit/decision-facts.ts';
import { nothing } from '../freshness/prover.ts';
import { demoServer, somePrincipal } from '../testing/principals.ts';
import type { Exchange, McpRoute } from './exchange.ts';
import { KeptDecisions } from './kept-decisions.ts';

const route: McpRoute = { kind: 'mcp', server: demoServer, resource: 'r', url: 'u', template: 't' };
const subject = { credential: somePrincipal, membership: null };
const judged = {} as Judged;

function exchangeOf(more: { name?: unknown; method?: string; kind?: string; confirmed?: object } = {}): Exchange {
  const { name = 'add', method = 'tools/call', kind = 'request', confirmed = nothing } = more;
  return { message: { kind, id: 1, method, params: { name } }, confirmed, subject: undefined, judged: undefined } as unknown as Exchange;
}

function setUp(kept: Exchange = exchangeOf(), on: McpRoute = route) {
  const replica = { changes: 1 };
  const decisions = new KeptDecisions(replica);
  decisions.keep(Object.assign(kept, { subject, judged }), on, somePrincipal);
  return { replica, repeats: (exchange: Exchange, to: McpRoute = route, by = somePrincipal) => decisions.repeats(exchange, to, by) };
}

describe('KeptDecisions', () => {
  verifies('GW-50', 'the same call has the same answer, by the same facts', () => {
    const { repeats } = setUp();
    const again = exchangeOf();
    expect(repeats(again)).toBe(true);
    expect([again.subject, again.judged]).toEqual([subject, judged]);
    expect(again.judged).toBe(judged);
  });

  verifies('GW-50', 'whatever it rests on or is about is another question when it is another', () => {
    const { repeats, replica } = setUp();
    for (const other of [{ name: 'remove' }, { name: undefined }, { name: ['add'] }, { method: 'prompts/get' }, { kind: 'notification' }, { confirmed: { identity: {} } }]) {
      expect([other, repeats('name' in other && other.name === undefined ? exchangeOf({ name: null }) : exchangeOf(other))]).toEqual([other, false]);
    }
    for (const way of [{ ...route, server: { ...demoServer } }, { ...route, door: 'rest' as const }, { ...route, authz: true as const }]) expect(repeats(exchangeOf(), way)).toBe(false);
    expect(repeats(exchangeOf(), route, { ...somePrincipal })).toBe(false);
    replica.changes += 1;
    expect(repeats(exchangeOf())).toBe(false);
  });

  it('keeps calls of tools alone, under names that are some', () => {
    for (const other of [{ name: 'x'.repeat(257) }, { name: { a: 1 } }, { method: 'prompts/get' }, { kind: 'notification' }, { confirmed: { keys: {} } }]) {
      const { repeats } = setUp(exchangeOf(other));
      expect([other, repeats(exchangeOf({ ...other, confirmed: nothing }))]).toEqual([other, false]);
    }
    expect(setUp(exchangeOf(), { ...route, door: 'rest' }).repeats(exchangeOf())).toBe(false);
  });
});
