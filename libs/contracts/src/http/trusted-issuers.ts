import { z } from 'zod';
import { httpUrlSchema, printable, slugSchema } from '../identifiers.ts';
import { pageOf } from './lists.ts';

const clients = z.array(z.string().min(1).max(256).regex(/^[\x21-\x7e]+$/, 'visible ASCII')).min(1).max(100);
const subject = z.string().min(1).max(255).regex(printable, 'no control characters');

/** Body of `POST /v1/trusted-issuers`: whose identity assertions (ID-JAG) the organization takes, and from which of its clients. */
export const registerTrustedIssuerSchema = z.strictObject({
  org: slugSchema,
  /** Byte for byte as in the assertion's `iss` */
  issuer: httpUrlSchema,
  jwksUri: httpUrlSchema,
  clients,
  /** Whether a member is recognized, the first time, by an address that the issuer says it has verified. */
  linkByEmail: z.boolean().default(false),
});
export type RegisterTrustedIssuer = z.infer<typeof registerTrustedIssuerSchema>;

export const trustedIssuerSchema = z.object({
  id: z.string(),
  org: z.string(),
  issuer: z.string(),
  jwksUri: z.string(),
  clients: z.array(z.string()),
  linkByEmail: z.boolean(),
  addedBy: z.string(),
  createdAt: z.string(),
});
export type TrustedIssuer = z.infer<typeof trustedIssuerSchema>;
export const trustedIssuerPageSchema = pageOf(trustedIssuerSchema);

/** Answer of the end of trust; what came of assertions is dead with it. */
export const distrustedIssuerSchema = z.object({ id: z.string(), revoked: z.number().int(), consistency: z.string().nullable() });
export type DistrustedIssuer = z.infer<typeof distrustedIssuerSchema>;

/** Body of `POST /v1/trusted-issuers/{id}/subjects`: who somebody is at the issuer. */
export const linkSubjectSchema = z.strictObject({ subject, user: z.uuid() });
export type LinkSubject = z.infer<typeof linkSubjectSchema>;

export const linkedSubjectSchema = z.object({ id: z.string(), subject: z.string(), user: z.string(), linkedBy: z.enum(['owner', 'email']), createdAt: z.string() });
export type LinkedSubject = z.infer<typeof linkedSubjectSchema>;
export const linkedSubjectPageSchema = pageOf(linkedSubjectSchema);
