import type { Tool } from '@modelcontextprotocol/client';

/** A tool as it is shown over REST: what a caller needs to call it. */
export function toolView({ name, title, description, inputSchema, outputSchema, annotations }: Tool): object {
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    inputSchema,
    outputSchema: outputSchema ?? null,
    annotations: annotations ?? {},
  };
}
