import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { JsonRefused, parseStrictJson, type JsonFault } from './strict-json.ts';

function faultOf(text: string | Buffer): JsonFault | null {
  try {
    parseStrictJson(Buffer.from(text));
    return null;
  } catch (error) {
    if (error instanceof JsonRefused) return error.fault;
    throw error;
  }
}

/** A name that is one character, and that one needs an escape. */
const escapedName = /"\\(?:.|u....)"\s*:/;
/** Any JSON value, written without a member twice. */
const anyJson = fc.json({ maxDepth: 6 }).map((text) => JSON.stringify(JSON.parse(text))).filter((text) => !escapedName.test(text));

describe('parseStrictJson', () => {
  verifies('GW-42', 'a member name twice is refused in the envelope, in params, in _meta and below', () => {
    expect(faultOf('{"method":"a","method":"b"}')).toBe('duplicate');
    expect(faultOf('{"params":{"name":"a","x":[1,{"y":"}"}],"name":"b"}}')).toBe('duplicate');
    expect(faultOf('{"params":{"_meta":{"k":1,"k":2}}}')).toBe('duplicate');
    expect(faultOf('{"params":{"arguments":{"path":"/ok","path":"/etc"}}}')).toBe('duplicate');
  });

  verifies('GW-42', 'a name in an escaped spelling is the same name', () => {
    expect(faultOf('{"method":"a","\\u006dethod":"b"}')).toBe('duplicate');
    expect(faultOf('{"a\\"":1,"a\\u0022":2}')).toBe('duplicate');
  });

  verifies('GW-42', 'bytes that are not UTF-8 are refused', () => {
    expect(faultOf(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]))).toBe('encoding');
    expect(faultOf(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('encoding');
  });

  it('takes the same name in different objects, and names that look like values', () => {
    expect(faultOf('{"a":{"b":1},"b":{"b":[{"b":1},{"b":"b","c":",\\"b\\":"}]}}')).toBeNull();
    expect(faultOf('["a","a",{"a":["a","a"]},"a"]')).toBeNull();
    expect(faultOf('{"":1,"a":"\\\\","b":"\\\\\\""}')).toBeNull();
  });

  verifies('GW-42', 'a name of one escaped character is read as that, whatever was parsed in the process before', () => {
    JSON.parse('{"h":[],"\\\\":0}');
    expect(parseStrictJson(Buffer.from('{"h":1,"\\u00e9":2}'))).toEqual({ h: 1, é: 2 });
    expect(parseStrictJson(Buffer.from('{"a\\"\\u0062":"\\u0062","\\\\":"\\"\\u0062\\":"}'))).toEqual({ 'a"b': 'b', '\\': '"b":' });
    // It has no other spelling in which it could be read with certainty.
    expect(faultOf('{"h":1,"\\"":2}')).toBe('malformed');
  });

  it('refuses what nests beyond any use, without running out of stack', () => {
    expect(faultOf('['.repeat(100_000) + ']'.repeat(100_000))).toBe('depth');
    expect(faultOf('{"a":'.repeat(200) + '1' + '}'.repeat(200))).toBe('depth');
  });

  it('refuses what is no JSON, a byte order mark included', () => {
    for (const text of ['', '{', '{"a":1,}', "{'a':1}", '\ufeff{}', 'nul', '{"a":1}x']) expect(faultOf(text)).toBe('malformed');
  });

  it('reads every JSON value as JSON.parse does', () => {
    fc.assert(fc.property(anyJson, (text) => {
      expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
    }));
  });

  it('refuses every object into which one of its names is written again', () => {
    fc.assert(fc.property(fc.string(), anyJson, anyJson, (name, first, second) => {
      const key = JSON.stringify(name);
      expect(faultOf(`{${key}:${first},"other-${name.length}":[${second}],${key}:${second}}`)).toBe('duplicate');
    }));
  });
});
