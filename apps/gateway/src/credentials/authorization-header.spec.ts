import type { IncomingMessage } from 'node:http';
import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { checkCharacters, readAuthorization } from './authorization-header.ts';

/** As Node presents it: of two Authorization headers the first is kept in `headers`. */
const request = (values: string[], url = '/mcp/demo'): IncomingMessage =>
  ({ url, headers: { authorization: values[0] }, rawHeaders: values.flatMap((value, at) => [at === 0 ? 'Authorization' : 'AUTHORIZATION', value]) }) as unknown as IncomingMessage;
const bad = expect.objectContaining({ code: 'invalid_request', status: 400, error: 'invalid_request' }) as Error;

describe('readAuthorization', () => {
  verifies('GW-20', 'the token comes from one Authorization header, whatever the case of the scheme', () => {
    expect(readAuthorization(request(['Bearer abc.def']))).toEqual({ scheme: 'bearer', token: 'abc.def' });
    expect(readAuthorization(request(['bearer  abc']))).toEqual({ scheme: 'bearer', token: 'abc' });
    expect(readAuthorization(request([]))).toBeNull();
  });

  verifies('GW-20', 'two headers, a token in the query or none after the scheme: 400', () => {
    expect(() => readAuthorization(request(['Bearer a', 'Bearer a']))).toThrow(bad);
    expect(() => readAuthorization(request(['Bearer a', 'Basic b']))).toThrow(bad);
    for (const value of ['Bearer', 'Bearer ', `Bearer ${'a'.repeat(9000)}`]) expect(() => readAuthorization(request([value]))).toThrow(bad);
    for (const query of ['?access_token=a', '?x=1&access_token=', '?access%5Ftoken=a']) {
      expect(() => readAuthorization(request(['Bearer a'], `/mcp/demo${query}`))).toThrow(bad);
      expect(() => readAuthorization(request([], `/mcp/demo${query}`))).toThrow(bad);
    }
  });

  verifies('GW-26', 'a token of the DPoP scheme is told from a bearer token', () => {
    expect(readAuthorization(request(['DPoP abc']))).toEqual({ scheme: 'dpop', token: 'abc' });
    for (const value of ['DPoP', 'dpop ']) expect(() => readAuthorization(request([value]))).toThrow(bad);
  });

  verifies('GW-20', 'what has characters that no token has is none', () => {
    for (const token of ['a b', 'a,b', 'ä', '=', 'a=b', 'a\n']) expect(() => checkCharacters(token)).toThrow(bad);
    for (const token of ['abc', 'a-._~+/Z9==']) expect(() => checkCharacters(token)).not.toThrow();
  });

  verifies('GW-20', 'a scheme that is not spoken is as good as none', () => {
    for (const value of ['Basic abc', 'Bearerabc', 'DPoPabc', '']) expect(readAuthorization(request([value]))).toBeNull();
  });

  it('never throws anything but a Problem', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (value, url) => {
      try {
        readAuthorization(request([value], url));
      } catch (error) {
        expect(error).toEqual(bad);
      }
    }));
  });
});
