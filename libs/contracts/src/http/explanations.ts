import { z } from 'zod';
import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { printable, slugSchema } from '../identifiers.ts';

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

/** What was decided, in the terms of the one decision: `scope` is refused for want of a scope, `hidden` as if it were not there. */
export const decidedSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('allow') }),
  z.object({ kind: z.literal('scope'), required: z.array(z.string()) }),
  z.object({ kind: z.literal('hidden'), what: z.enum(['server', 'name', 'method', 'operation']), code: z.enum(codes) }),
]);

/** One rule, judged for itself; the first that does not pass is why a request was refused. */
export const ruleOutcomeSchema = z.object({ rule: z.string(), passed: z.boolean(), why: z.string() });

export const explanationSchema = z.object({ decision: decidedSchema, rules: z.array(ruleOutcomeSchema) });

/** Query of `GET /v1/explain`: would a call be allowed now? Without `credential` it is about the one that asks. */
export const explainQuerySchema = z.strictObject({
  server: slugSchema,
  /** As in MCP; `tools/call` with a tool, or else `tools/list` */
  method: z.string().min(1).max(64).regex(printable, 'no control characters').optional(),
  tool: z.string().min(1).max(128).regex(printable, 'no control characters').optional(),
  /** As an MCP client asks, or tool by tool over REST, which takes other scopes */
  door: z.enum(['mcp', 'rest']).optional(),
  /** Public id of a key of the organization */
  credential: z.string().regex(/^[0-9A-Za-z]{8}$/).optional(),
});
export type ExplainQuery = z.infer<typeof explainQuerySchema>;

/** What a decision rests on: how far the gateway has followed each feed, and which state of each thing that is. */
const restsOnSchema = z.object({
  credentialRevision: z.number().nullable(),
  memberRevision: z.number().nullable(),
  policyRevision: z.number().nullable(),
  identityPosition: z.number(),
  keysPosition: z.number(),
});

export const explainedSchema = explanationSchema.extend({
  server: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  credential: z.object({ kind: z.enum(['pat', 'access_token']), id: z.string(), owner: z.string() }),
  restsOn: restsOnSchema,
});
export type Explained = z.infer<typeof explainedSchema>;

/** Answer of `GET /v1/audit/{id}/explain`: the decision behind an entry, made again from what it was made by. */
export const explainedEventSchema = z.object({
  event: z.object({ id: z.string(), at: z.string(), action: z.string(), outcome: z.enum(['success', 'refused', 'failed']), code: z.string().nullable(), requestId: z.string().nullable() }),
  /** Null where it was refused before there was anything to decide, as for a credential that is dead; `code` says why */
  decision: decidedSchema.nullable(),
  rules: z.array(ruleOutcomeSchema),
  restsOn: restsOnSchema.nullable(),
  /** Whether the decision that was made again is the one that was made; null where it cannot be made again, and `note` says why. */
  agrees: z.boolean().nullable(),
  note: z.string().nullable(),
});
export type ExplainedEvent = z.infer<typeof explainedEventSchema>;
