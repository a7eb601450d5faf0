import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolContext } from './register-tools.ts';
import { structured } from './result.ts';

const outputSchema = z.object({
  status: z.enum(['verified', 'unverified', 'anonymous']),
  reason: z.string().optional(),
  subject: z.string().optional(),
  org: z.string().optional(),
  project: z.string().optional(),
  scope: z.string().optional(),
  client: z.string().optional(),
  credential: z.object({ kind: z.string(), id: z.string() }).optional(),
  receivedAuthorizationHeader: z.boolean(),
});

/** Shows what the gateway tells an upstream about the caller; the caller's own token must never be among it. */
export function registerWhoami(server: McpServer, { caller }: ToolContext): void {
  server.registerTool(
    'whoami',
    {
      title: 'Who am I?',
      description: 'Tells who is calling, as far as the gateway has proven it to this server.',
      inputSchema: z.object({}),
      outputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async (_input, context) => {
      const seen = await caller(context);
      const receivedAuthorizationHeader = context.http?.req?.headers.has('authorization') ?? false;
      if (seen.status !== 'verified') return structured({ ...seen, receivedAuthorizationHeader });
      const { sub, org, project, scope, client_id, credential } = seen.claims;
      return structured({
        status: seen.status,
        subject: sub,
        ...(org === undefined ? {} : { org }),
        ...(project === undefined ? {} : { project }),
        scope,
        ...(client_id === undefined ? {} : { client: client_id }),
        credential,
        receivedAuthorizationHeader,
      });
    },
  );
}
