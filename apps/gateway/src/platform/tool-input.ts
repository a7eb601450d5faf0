import { pathParameters, type Operation } from '@latchkey/contracts/openapi';
import { Problem } from '@latchkey/problem';
import type { Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { isUnsafePath } from '../proxy/unsafe-path.ts';

type Members = NonNullable<Tool['inputSchema']['properties']>;
type ObjectSchema = Tool['inputSchema'] & { properties: Members; required: string[] };

const objectOf = (schema: z.ZodType | undefined): Pick<ObjectSchema, 'properties' | 'required'> => {
  if (schema === undefined) return { properties: {}, required: [] };
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as unknown as Partial<ObjectSchema>;
  return { properties, required };
};

/** One object of what an operation takes in its path, its query and its body; which is which, `requestOf` knows. Their names do not meet. */
export class ToolInput {
  readonly schema: ObjectSchema;
  private readonly path: readonly string[];
  private readonly body: ReadonlySet<string>;

  constructor(private readonly operation: Operation) {
    const [query, body] = [objectOf(operation.query), objectOf(operation.body)];
    this.path = pathParameters(operation.path);
    this.body = new Set(Object.keys(body.properties));
    const named = Object.fromEntries(this.path.map((name) => [name, { type: 'string', minLength: 1 }]));
    // Whoever calls belongs to one organization; `requestOf` knows it.
    const required = [...this.path, ...query.required, ...(operation.bodyOptional === true ? [] : body.required)].filter((name) => name !== 'org' || this.path.includes('org'));
    this.schema = { type: 'object', properties: { ...named, ...query.properties, ...body.properties }, required: [...new Set(required)], additionalProperties: false };
  }

  /** @param org  of the caller, for operations that name one @throws Problem `invalid_request` */
  requestOf(args: Record<string, unknown>, org: string | null): { path: string; target: string; body: Buffer | null } {
    const refuse = (path: string, message: string): Problem => new Problem('invalid_request', { detail: `${path} ${message}.`, issues: [{ path: `/${path}`, message }] });
    for (const name of Object.keys(args)) if (!Object.hasOwn(this.schema.properties, name)) throw refuse(name.slice(0, 100), 'is no argument of this tool');
    for (const name of this.schema.required) if (!Object.hasOwn(args, name)) throw refuse(name, 'is missing');
    const path = this.operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
      const value = args[name];
      if (typeof value !== 'string' || value === '') throw refuse(name, 'must be a text');
      // Half of a pair of surrogates has no bytes that could stand in a path.
      if (!value.isWellFormed()) throw refuse(name, 'is no name of anything');
      return encodeURIComponent(value);
    });
    if (isUnsafePath(path)) throw refuse(this.path[0] ?? 'path', 'is no name of anything');
    const query = new URLSearchParams();
    const body: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(args)) {
      if (this.path.includes(name)) continue;
      if (this.body.has(name)) body[name] = value;
      else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') query.set(name, String(value));
      else throw refuse(name, 'must be a text, a number or a boolean');
    }
    if (this.body.has('org') && body['org'] === undefined && org !== null && !this.path.includes('org')) body['org'] = org;
    const text = query.size === 0 ? '' : `?${query.toString()}`;
    return { path, target: path + text, body: this.operation.body === undefined ? null : Buffer.from(JSON.stringify(body)) };
  }
}
