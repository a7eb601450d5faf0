import { z } from 'zod';
import { toolHintsSchema } from '../server-settings.ts';

/** What can be in the way of a server behind the gateway; `detail` says more, for people. */
export const probeProblems = [
  'unreachable', 'timeout', 'tls', 'address_refused', 'redirects', 'auth_required', 'bad_status', 'not_mcp', 'sse_only', 'bad_answer', 'tools_not_listed', 'tools_cut', 'no_gateway',
] as const;
export type ProbeProblem = (typeof probeProblems)[number];

/**
 * What a gateway found when it spoke to a server as a client does, without anybody's credential. `unknown`: no gateway answered; `auth_required`: the server
 * is there and wants a credential, so that its tools are not known before it has a connection.
 */
export const serverProbeSchema = z.object({
  at: z.string(),
  durationMs: z.number(),
  outcome: z.enum(['ok', 'auth_required', 'failed', 'unknown']),
  transport: z.enum(['streamable-http', 'http+sse']).nullable(),
  /** `modern`: 2026-07-28, without sessions; `legacy`: the revisions before it */
  eras: z.array(z.enum(['modern', 'legacy'])),
  protocolVersions: z.array(z.string()),
  serverInfo: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** Null where they could not be listed */
  tools: z.array(z.object({ name: z.string(), annotations: toolHintsSchema })).nullable(),
  auth: z.object({
    required: z.boolean(),
    scheme: z.string().nullable(),
    resourceMetadata: z.string().nullable(),
    /** As the server's metadata names them (RFC 9728) */
    authorizationServers: z.array(z.string()),
    /** What the challenge, or else that metadata, asks for */
    scopes: z.array(z.string()).optional(),
    /** How the first of them takes clients (RFC 8414): known by a document, registered by themselves, or by hand; null where it does not say */
    registration: z.enum(['document', 'dynamic', 'manual']).nullable().optional(),
  }),
  problems: z.array(z.object({ code: z.enum(probeProblems), detail: z.string() })),
});
export type ServerProbe = z.infer<typeof serverProbeSchema>;

/** What identity asks a gateway to look at. */
export const probeTargetSchema = z.object({
  name: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  tls: z.object({ ca: z.string().nullable(), serverName: z.string().nullable() }),
});
export type ProbeTarget = z.infer<typeof probeTargetSchema>;

/** Answer of `POST /v1/servers/{slug}/probe`; `consistency` is there where it changed what is known of the tools. */
export const probedServerSchema = serverProbeSchema.extend({ revision: z.number(), consistency: z.string().optional() });
export type ProbedServer = z.infer<typeof probedServerSchema>;
