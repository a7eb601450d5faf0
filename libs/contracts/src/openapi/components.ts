import { z } from 'zod';
import * as contracts from '../index.ts';

export type JsonSchema = Record<string, unknown>;

const prefix = '#/components/schemas/';

/** `mintPatSchema` is `MintPat`: schemas are known in documents by the names that they have here. Queries become parameters. */
function namedSchemas(): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(contracts)) {
    if (!(schema instanceof z.ZodType) || !name.endsWith('Schema') || name.endsWith('QuerySchema')) continue;
    registry.add(schema, { id: `${name.charAt(0).toUpperCase()}${name.slice(1, -'Schema'.length)}` });
  }
  return registry;
}

/** Answers grow members: who reads one ignores what it does not know. Names of members are texts, which needs no saying. */
function loosen({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { def } = zodSchema._zod;
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
  if (def.type === 'record' && Object.keys(jsonSchema.propertyNames ?? {}).length === 1) delete jsonSchema.propertyNames;
}

interface Named {
  registry: z.core.$ZodRegistry<{ id: string }>;
  schemas: Record<'input' | 'output', Record<string, JsonSchema>>;
}
let made: Named | undefined;

/** Made when somebody asks for a document: it takes tens of milliseconds, and most processes never do. */
function named(): Named {
  if (made !== undefined) return made;
  const registry = namedSchemas();
  const schemas = (io: 'input' | 'output') =>
    z.toJSONSchema(registry, { metadata: registry, io, unrepresentable: 'any', uri: (id) => prefix + id, override: loosen }).schemas as Record<string, JsonSchema>;
  return (made = { registry, schemas: { input: schemas('input'), output: schemas('output') } });
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === '$ref' && typeof part === 'string' ? [part.slice(prefix.length)] : referencesIn(part)));
}

/** The schemas of one document, in the JSON Schema of OpenAPI 3.1: what it refers to, and nothing else. */
export class Components {
  private readonly used = new Map<string, JsonSchema>();

  /** What is sent is read strictly and may leave out what has a default; what is answered has it. */
  schema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const id = named().registry.get(schema)?.id;
    if (id !== undefined) return this.refer(id, io);
    const { $schema: _, ...inline } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: loosen }) as JsonSchema;
    return inline;
  }

  /** @throws Error where one name would stand for two things */
  private refer(id: string, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $id: __, id: ___, ...schema } = named().schemas[io][id] ?? {};
    const known = this.used.get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`${id} is one thing in requests and another in answers`);
    if (known === undefined) {
      this.used.set(id, schema);
      for (const other of referencesIn(schema)) this.refer(other, io);
    }
    return { $ref: prefix + id };
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.used].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
