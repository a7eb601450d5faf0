import { z } from 'zod';
import { jsonValueSchema } from '../identifiers.ts';
import { pageOf } from './lists.ts';

/** JSON Schemas and blocks of the Model Context Protocol are what servers make them: handed on as they are. */
const asGiven = z.record(z.string(), jsonValueSchema);

/** A tool as a caller over REST needs it. */
export const toolSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: asGiven,
  outputSchema: asGiven.nullable(),
  annotations: asGiven,
});
export const toolPageSchema = pageOf(toolSchema);

/** Body of `POST /v1/tools/{server}/{tool}`: the arguments themselves. */
export const toolArgumentsSchema = asGiven;

export const toolAnswerSchema = z.object({ content: z.array(asGiven), structuredContent: jsonValueSchema.optional() });

/** `GET /v1/tools/{server}/openapi.json`: a document of its own, of the tools that the caller may use. */
export const toolsDocumentSchema = asGiven;
