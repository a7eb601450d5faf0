import { verifies } from '@latchkey/testing';
import { checkInput } from './check-input.ts';

const paths = (schema: unknown, value: unknown): string[] => checkInput(schema, value).map(({ path, message }) => `${path} ${message}`);

describe('arguments against the schema of a tool', () => {
  const person = {
    type: 'object', required: ['name'], additionalProperties: false,
    properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', minimum: 0 }, tags: { type: 'array', items: { type: 'string' }, maxItems: 2 }, kind: { enum: ['a', 'b'] }, 'a/b': { const: { x: [1] } }, next: { $ref: '#/$defs/link' } },
    $defs: { link: { type: ['object', 'null'], properties: { to: { $ref: '#' } } } },
  };
  const cases: [string, unknown, unknown, string[]][] = [
    ['what fits passes', person, { name: 'Al', age: 1, tags: ['x'], kind: 'a', 'a/b': { x: [1] }, next: { to: { name: 'Bo', next: null } } }, []],
    ['types', person, { name: 1, age: 1.5, tags: 'x' }, ['/name must be string', '/age must be integer', '/tags must be array']],
    ['members', person, { other: 1 }, ['/ lacks "name"', '/ has no member "other"']],
    ['names of JavaScript are no members', { type: 'object', required: ['constructor'], properties: {} }, { }, ['/ lacks "constructor"']],
    ['sizes and ranges', person, { name: 'A', age: -1, tags: ['a', 'b', 3] }, ['/name must have 2 characters at least', '/age must be 0 at least', '/tags must have 2 items at most', '/tags/2 must be string']],
    ['values', person, { name: 'Al', kind: 'c', 'a/b': { x: [2] } }, ['/kind is not one of the values allowed', '/a~1b is not the value allowed']],
    ['references', person, { name: 'Al', next: { to: { name: 2 } } }, ['/next/to/name must be string']],
    ['combinations', { anyOf: [{ type: 'string' }, { minimum: 3, type: 'number' }] }, 2, ['/ fits none of the forms allowed']],
    ['all of them', { allOf: [{ required: ['a'] }, { required: ['b'] }] }, {}, ['/ lacks "a"', '/ lacks "b"']],
    ['nothing', { properties: { a: false } }, { a: 1 }, ['/a nothing is allowed here']],
    ['patterns are the server\'s', { type: 'object', properties: { a: { pattern: '^(a+)+$' } }, patternProperties: { '^x': {} }, additionalProperties: false }, { a: `${'a'.repeat(40)}!`, xy: 1 }, []],
    ['what is not known passes', { $ref: 'https://elsewhere.example/schema', unknown: 1, type: 'thing' }, {}, []],
  ];
  for (const [what, schema, value, issues] of cases) verifies('G11', what, () => { expect(paths(schema, value)).toEqual(issues); });

  verifies('G11', 'a schema made to take for ever is given up on, and the server is the judge', () => {
    const $defs = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`d${at}`, { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] }]));
    expect(paths({ $ref: '#/$defs/d0', $defs: { ...$defs, d40: false } }, 1)).toEqual([]);
    expect(paths({ $ref: '#' }, 1)).toEqual([]);
    expect(checkInput({ items: { type: 'string' } }, Array.from({ length: 5000 }, () => 1))).toHaveLength(20);
  });
});
