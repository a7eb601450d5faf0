import { z } from 'zod';
import { printable, projectRoleSchema } from './identifiers.ts';

/** Headers that the gateway sends along, or that say something of one connection or one message: nobody else may set them. */
const ownHeaders = /^(?:accept.*|age|authorization|cache-control|connection|content-.*|cookie|date|expect|forwarded|host|keep-alive|last-event-id|latchkey-.*|mcp-.*|origin|proxy-.*|range|referer|set-cookie|te|trace(?:parent|state)|trailer|transfer-encoding|upgrade|via|x-forwarded-.*|x-latchkey-.*|x-request-id)$/;
/** What is sent with one of these is a secret, and settings of a server are readable to whoever may see it. */
const secretHeaders = /auth|cookie|credential|key|pass(?:word|phrase)|secret|session|signature|token/;

const headerNameSchema = z
  .string()
  .max(64)
  .transform((name) => name.toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, 'not the name of a header')
      .refine((name) => !ownHeaders.test(name), 'the gateway sets this header itself')
      .refine((name) => !secretHeaders.test(name), 'this header would carry a secret; store a connection instead'),
  );
const headersSchema = z
  .record(headerNameSchema, z.string().max(1024).regex(/^[\x20-\x7e]*$/, 'printable ASCII').transform((value) => value.trim()))
  .refine((headers) => Object.keys(headers).length <= 20, 'at most 20 headers');

const toolGlobSchema = z.string().min(1).max(128).regex(printable, 'no control characters');
const toolNameSchema = toolGlobSchema;

/** What a tool says of itself (MCP, tool annotations), or what an administrator says of it. */
export const toolHintsSchema = z.object({ readOnlyHint: z.boolean().optional(), destructiveHint: z.boolean().optional() });
export type ToolHints = z.infer<typeof toolHintsSchema>;

const annotationsSchema = (hints: typeof toolHintsSchema) =>
  z.record(toolNameSchema, hints).refine((tools) => Object.keys(tools).length <= 200, 'at most 200 tools').default({});

/** What a server keeps from everybody, whatever their credential grants. A denied tool is denied although it is allowed too. */
export const serverRestrictionsSchema = z.object({
  /** Names of tools, as globs; null: all */
  allowedTools: z.array(toolGlobSchema).max(200).nullable().default(null),
  deniedTools: z.array(toolGlobSchema).max(200).default([]),
  /** Roles in the project that may use the server; null: all. Owners and administrators of the organization are `admin` everywhere. */
  allowedRoles: z.array(projectRoleSchema).min(1).max(3).nullable().default(null),
  /** In the place of what the tools say of themselves, by their exact names. */
  annotations: annotationsSchema(toolHintsSchema),
});
export type ServerRestrictions = z.infer<typeof serverRestrictionsSchema>;

const perMinute = z.number().int().min(1).max(10_000_000);

/** Null: as the organization, or else the deployment, has it; where neither has anything, no limit. Rates are per minute, over all gateways. */
export const serverLimitsSchema = z.object({
  /** All callers together */
  requestsPerMinute: perMinute.nullable().default(null),
  /** Of one credential that has no limit of its own */
  perCredential: perMinute.nullable().default(null),
  /** Of one user, through all their credentials, or of one end user where they are told apart */
  perUser: perMinute.nullable().default(null),
  /** Calls by all callers together of the tools that a glob fits; of several that fit, the first counts */
  perTool: z.record(toolGlobSchema, perMinute).refine((tools) => Object.keys(tools).length <= 100, 'at most 100 tools').default({}),
  /** Requests and streams that one gateway has open at the server */
  concurrency: z.number().int().min(1).max(1000).nullable().default(null),
  bodyBytes: z.number().int().min(1024).max(64 * 1024 * 1024).nullable().default(null),
  /** Until the head of an answer, and between its pieces */
  timeoutMs: z.number().int().min(100).max(3_600_000).nullable().default(null),
});
export type ServerLimits = z.infer<typeof serverLimitsSchema>;

/** How the server is known over TLS. There is no way to switch the check off: a server with a certificate of its own is trusted by that. */
export const serverTlsSchema = z.object({
  /** Certificates in PEM that are trusted for this server alone, in the place of the public ones; null: the public ones. */
  ca: z.string().max(32 * 1024).regex(/^(?:\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/, 'one or more certificates in PEM').nullable().default(null),
  /** The name in its certificate, where that is not the host of the URL */
  serverName: z.string().max(253).regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, 'a host name in lower case').nullable().default(null),
});
export type ServerTls = z.infer<typeof serverTlsSchema>;

export const serverHealthChecksSchema = z.object({
  /** How often each gateway asks the server for a sign of life while nobody calls it; null: only while it seems down */
  intervalSeconds: z.number().int().min(5).max(3600).nullable().default(null),
});

/**
 * Everything about a server that can be set beside its place and its URL. What reads it passes over members that it does not know, for
 * services are not upgraded in one moment; what is set is held to `serverSettingsInputs`.
 */
export const serverSettingsSchema = z.object({
  /** Sent with every request to the server; no secrets */
  headers: headersSchema.default({}),
  restrictions: serverRestrictionsSchema.default(serverRestrictionsSchema.parse({})),
  limits: serverLimitsSchema.default(serverLimitsSchema.parse({})),
  /** Whether clients that cannot send a header may put their key into the URL (`/mcp/{server}/{token}`) */
  tokenUrls: z.boolean().default(false),
  /** Whether the public documents of the gateway name it, to whoever asks */
  listed: z.boolean().default(false),
  tls: serverTlsSchema.default(serverTlsSchema.parse({})),
  healthChecks: serverHealthChecksSchema.default(serverHealthChecksSchema.parse({})),
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;

export const defaultServerSettings: ServerSettings = serverSettingsSchema.parse({});

/** Settings as somebody sets them, each as a whole or not at all. */
export const serverSettingsInputs = {
  headers: headersSchema.optional(),
  restrictions: serverRestrictionsSchema.extend({ annotations: annotationsSchema(toolHintsSchema.strict()) }).strict().optional(),
  limits: serverLimitsSchema.strict().optional(),
  tokenUrls: z.boolean().optional(),
  listed: z.boolean().optional(),
  tls: serverTlsSchema.strict().optional(),
  healthChecks: serverHealthChecksSchema.strict().optional(),
};

/** Settings that differ from the defaults, as records carry them: what a later version lets a header be called stops no gateway. */
export const unusualSettingsSchema = z.object({
  headers: z.record(z.string(), z.string()).optional(),
  restrictions: serverRestrictionsSchema.optional(),
  limits: serverLimitsSchema.optional(),
  tokenUrls: z.boolean().optional(),
  listed: z.boolean().optional(),
  tls: serverTlsSchema.optional(),
  healthChecks: serverHealthChecksSchema.optional(),
});
