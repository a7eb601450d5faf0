import { changeServerSchema, createConnectionSchema, revokePatsSchema } from '@latchkey/contracts';
import { z } from 'zod';
import { parse } from './parse.ts';
import { Problem } from './problem.ts';

function refusalOf(schema: z.ZodType, input: unknown): Problem {
  try {
    parse(schema, input);
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('it was taken');
}

describe('what is refused', () => {
  it('says where and why, in words', () => {
    expect(refusalOf(z.strictObject({ name: z.string() }), { name: 5 })).toMatchObject({ code: 'invalid_request', issues: [{ path: 'name', message: expect.stringContaining('string') as string }] });
    expect(refusalOf(changeServerSchema, { headers: { 'no name': 'x' } })).toMatchObject({ detail: 'headers.no name: not the name of a header' });
    expect(refusalOf(changeServerSchema, { headers: { 'x-api-key': 'x' } })).toMatchObject({ detail: 'headers.x-api-key: this header would carry a secret; store a connection instead' });
    expect(refusalOf(createConnectionSchema, { name: 'c', project: 'prod', server: 'demo', kind: 'static', value: 'v', header: 'Host' }).detail).toBe('header: no credential is sent in this header: it belongs to the protocol, or to the gateway');
  });

  it('shows no pattern to people', () => {
    const { detail } = refusalOf(revokePatsSchema, { ids: ['not an id'] });
    expect(detail).toBe('ids.0: does not have the form that is wanted here');
    expect(refusalOf(z.string().regex(/^a$/, 'an a'), 'b').detail).toBe('body: an a');
    expect(refusalOf(z.uuid(), 'b').detail).toBe('body: Invalid UUID');
  });
});
