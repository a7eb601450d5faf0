import type { z } from 'zod';
import {
  createConnectionSchema, createIdentityProviderSchema, createWebhookEndpointSchema, createWebhookSubscriptionSchema, isStorable, listWebhookDeliveriesQuerySchema,
  registerEndUserIssuerSchema, registerServerSchema, registerTrustedIssuerSchema, updateWebhookSubscriptionSchema, usageQuerySchema,
} from './index.ts';

const unstorable = ['x\0y', '\ud800', 'x\udfff', '\udc00\ud800'];
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const accepts = (schema: z.ZodType, input: unknown): boolean => schema.safeParse(input).success;

describe('what Postgres cannot hold', () => {
  it('is NUL and halves of surrogate pairs, and nothing else', () => {
    for (const text of unstorable) expect([text, isStorable(text)]).toEqual([text, false]);
    for (const text of ['', 'two\nlines\tand more', '\u0001', '😀', '\ufffd']) expect([text, isStorable(text)]).toEqual([text, true]);
  });

  const template = (args: unknown): boolean =>
    accepts(updateWebhookSubscriptionSchema, { arguments: args }) &&
    accepts(createWebhookSubscriptionSchema, { name: 'issues', project: 'prod', verifier: 'standard', action: { server: 'demo', tool: 'note', arguments: args } });

  it('is in no template, neither in its values nor in its names, and a template is not nested without end', () => {
    expect(template({ a: 'line\nline', b: [{ c: ['😀', 1, null, true] }] })).toBe(true);
    for (const text of unstorable) for (const args of [{ a: text }, { [text]: 1 }, { a: [{ b: [text] }] }, { a: [{ [text]: 1 }] }]) expect([args, template(args)]).toEqual([args, false]);
    expect([10, 60].map((depth) => template({ a: nested(depth) }))).toEqual([true, true]);
    for (const depth of [100, 3000, 100_000]) expect([depth, template({ a: nested(depth) })]).toEqual([depth, false]);
    for (const args of ['text', null, 7, [], undefined]) expect([args, accepts(updateWebhookSubscriptionSchema.required(), { arguments: args })]).toEqual([args, false]);
  });

  it('is in no URL', () => {
    const url = 'http://127.0.0.1:19777/mcp';
    const schemas: Record<string, (url: string) => boolean> = {
      server: (given) => accepts(registerServerSchema, { org: 'acme', project: 'prod', slug: 'demo', name: 'Demo', url: given }),
      connection: (issuer) => accepts(createConnectionSchema, { name: 'c', project: 'prod', server: 'demo', kind: 'oauth', oauth: { issuer } }),
      endUserIssuer: (jwksUri) => accepts(registerEndUserIssuerSchema, { name: 'i', issuer: 'i', audience: 'a', jwksUri }),
      trustedIssuer: (jwksUri) => accepts(registerTrustedIssuerSchema, { org: 'acme', issuer: url, jwksUri, clients: ['c'] }),
      trusted: (issuer) => accepts(registerTrustedIssuerSchema, { org: 'acme', issuer, jwksUri: url, clients: ['c'] }),
      provider: (issuer) => accepts(createIdentityProviderSchema, { label: 'l', issuer, clientId: 'c' }),
      endpoint: (given) => accepts(createWebhookEndpointSchema, { url: given, events: ['*'] }),
    };
    for (const [name, takes] of Object.entries(schemas)) {
      expect([name, takes(url)]).toEqual([name, true]);
      for (const text of [...unstorable, 'a\u0001b']) expect([name, text, takes(`${url}/${text}`)]).toEqual([name, text, false]);
    }
  });

  it('is in no filter of a list, and a day there is one of the calendar', () => {
    for (const type of unstorable) expect(accepts(listWebhookDeliveriesQuerySchema, { type })).toBe(false);
    expect(accepts(usageQuerySchema, { from: '2026-02-28' })).toBe(true);
    for (const from of ['2026-02-30', '2026-13-01', '2026-00-10', '0000-01-01', '2026-1-1', '2026-02-28\0']) expect([from, accepts(usageQuerySchema, { from })]).toEqual([from, false]);
  });
});
