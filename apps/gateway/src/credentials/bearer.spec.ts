import type { IncomingMessage } from 'node:http';
import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { readBearer } from './bearer.ts';

/** As Node presents it: of two Authorization headers the first is kept in `headers`. */
const request = (values: string[], url = '/mcp/demo'): IncomingMessage =>
  ({ url, headers: { authorization: values[0] }, rawHeaders: values.flatMap((value, at) => [at === 0 ? 'Authorization' : 'AUTHORIZATION', value]) }) as unknown as IncomingMessage;
const bad = expect.objectContaining({ code: 'invalid_request', status: 400, error: 'invalid_request' }) as Error;

describe('readBearer', () => {
  verifies('GW-20', 'the token comes from one Authorization header, whatever the case of the scheme', () => {
    expect(readBearer(request(['Bearer abc.def']))).toBe('abc.def');
    expect(readBearer(request(['bearer  abc']))).toBe('abc');
    expect(readBearer(request([]))).toBeNull();
  });

  verifies('GW-20', 'two headers, a token in the query or none after the scheme: 400', () => {
    expect(() => readBearer(request(['Bearer a', 'Bearer a']))).toThrow(bad);
    expect(() => readBearer(request(['Bearer a', 'Basic b']))).toThrow(bad);
    for (const value of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a,b', 'Bearer ä', `Bearer ${'a'.repeat(9000)}`]) expect(() => readBearer(request([value]))).toThrow(bad);
    for (const query of ['?access_token=a', '?x=1&access_token=', '?access%5Ftoken=a']) {
      expect(() => readBearer(request(['Bearer a'], `/mcp/demo${query}`))).toThrow(bad);
      expect(() => readBearer(request([], `/mcp/demo${query}`))).toThrow(bad);
    }
  });

  verifies('GW-26', 'a scheme that is not spoken is as good as none', () => {
    for (const value of ['DPoP abc', 'Basic abc', 'Bearerabc', '']) expect(readBearer(request([value]))).toBeNull();
  });

  it('never throws anything but a Problem', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (value, url) => {
      try {
        readBearer(request([value], url));
      } catch (error) {
        expect(error).toEqual(bad);
      }
    }));
  });
});
