import { readFileSync } from 'node:fs';
import { errorCodes } from '@latchkey/contracts';
import { families, findOperation, openapiDocument, operations, pathParameters, refusalsOf, routeOf } from '@latchkey/contracts/openapi';
import { Validator } from '@seriousme/openapi-schema-validator';
import { verifies } from './verifies.ts';

const local = { gatewayUrl: 'http://localhost:8080', issuer: 'http://localhost:8081' };
const kept = { identity: { ...local, service: 'identity' }, keys: { ...local, service: 'keys' }, gateway: { ...local, service: 'gateway' }, latchkey: local } as const;
const all = families.flatMap(({ operations: described }) => Object.entries(described));

describe('the OpenAPI documents', () => {
  for (const [name, options] of Object.entries(kept)) {
    verifies('K13', `${name}.json is OpenAPI 3.1 and is the one that is kept in docs/openapi; npm run openapi writes it`, async () => {
      const document = openapiDocument(options);
      expect(await new Validator().validate(document)).toEqual({ valid: true });
      expect(document['openapi']).toBe('3.1.0');
      expect(readFileSync(new URL(`../../../docs/openapi/${name}.json`, import.meta.url), 'utf8')).toBe(`${JSON.stringify(document, null, 2)}\n`);
    });
  }

  it('have one name, and one place, for every operation', () => {
    expect(all.length).toBe(Object.keys(operations).length);
    expect(new Set(all.map(([, operation]) => routeOf(operation))).size).toBe(all.length);
    for (const [name, { path, method }] of all) expect(findOperation(method, path.replace(/\{\w+\}/g, 'x1'))?.name).toBe(name);
  });

  it('show examples that the service would take, and ones that it could give', () => {
    for (const [name, { body, answer, examples = {} }] of all) {
      if (examples.body !== undefined) expect([name, body?.safeParse(examples.body).error]).toEqual([name, undefined]);
      if (examples.answer !== undefined) expect([name, answer?.safeParse(examples.answer).error]).toEqual([name, undefined]);
    }
  });

  it('refer to nothing that is not there', () => {
    const text = JSON.stringify(openapiDocument(local));
    const document = JSON.parse(text) as { components: Record<string, Record<string, unknown>> };
    const references = [...new Set([...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind, name]) => [kind!, name!] as const))];
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter(([kind, name]) => document.components[kind]?.[name] === undefined)).toEqual([]);
    expect(text).not.toContain('$defs');
  });

  it('say of every call which codes it can meet, and of every path parameter that it may name nothing', () => {
    for (const [name, operation] of all) {
      const codes = refusalsOf(operation);
      expect(codes.filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([]);
      if (pathParameters(operation.path).length > 0) expect([name, codes]).toEqual([name, expect.arrayContaining(['not_found'])]);
    }
    expect(refusalsOf(operations.reportLeaks)).not.toContain('token_missing');
  });
});
