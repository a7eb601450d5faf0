import { z } from 'zod';
import { httpUrlSchema, printable, slugSchema } from '../identifiers.ts';
import { pageOf } from './lists.ts';

/** https, or a machine of one's own while developing; compared byte for byte, so no slash is added or taken away. */
export const issuerSchema = httpUrlSchema
  .max(1024)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, search, hash, username, password } = new URL(text);
    const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    return (protocol === 'https:' || loopback) && search === '' && hash === '' && username === '' && password === '';
  }, 'an https URL without query or fragment');

/** What the button says after "Continue with". */
export const providerLabelSchema = z.string().trim().min(1).max(60).regex(printable, 'no control characters');

/** RFC 6749 section 3.3; without `openid` there would be no ID token. */
export const providerScopesSchema = z
  .string()
  .max(500)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/)
  .refine((text) => text.split(' ').includes('openid'), 'must contain openid');

export const mfaAcrValuesSchema = z.array(z.string().min(1).max(256).regex(printable)).max(20);

const clientId = z.string().min(1).max(512).regex(printable);
const clientSecret = z.string().min(1).max(2048).regex(printable);

/** Body of `POST /v1/identity-providers`: an OpenID provider at which members of the organization sign in. */
export const createIdentityProviderSchema = z.strictObject({
  org: slugSchema.optional(),
  label: providerLabelSchema,
  issuer: issuerSchema,
  clientId,
  /** Left out for a public client. It is kept sealed and never shown again. */
  clientSecret: clientSecret.optional(),
  scopes: providerScopesSchema.default('openid email profile'),
  /** Values of `acr` that mean several factors, beside `mfa` in `amr`. */
  mfaAcrValues: mfaAcrValuesSchema.default([]),
  enabled: z.boolean().default(true),
});
export type CreateIdentityProvider = z.infer<typeof createIdentityProviderSchema>;

/** Body of `PATCH /v1/identity-providers/{id}`. The issuer stays: who somebody is there depends on it. `clientSecret` null takes it away. */
export const updateIdentityProviderSchema = z.strictObject({
  label: providerLabelSchema.optional(),
  clientId: clientId.optional(),
  clientSecret: clientSecret.nullable().optional(),
  scopes: providerScopesSchema.optional(),
  mfaAcrValues: mfaAcrValuesSchema.optional(),
  enabled: z.boolean().optional(),
});
export type UpdateIdentityProvider = z.infer<typeof updateIdentityProviderSchema>;

/** A provider as the API shows it; `redirectUri` is what has to be registered there. */
export const identityProviderSchema = z.object({
  id: z.string(),
  org: z.string(),
  label: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  hasClientSecret: z.boolean(),
  scopes: z.string(),
  mfaAcrValues: z.array(z.string()),
  enabled: z.boolean(),
  redirectUri: z.string(),
  createdAt: z.string(),
});
export type IdentityProvider = z.infer<typeof identityProviderSchema>;
export const identityProviderPageSchema = pageOf(identityProviderSchema);

export const deletedIdentityProviderSchema = z.object({ id: z.string(), deletedAt: z.string() });
export type DeletedIdentityProvider = z.infer<typeof deletedIdentityProviderSchema>;
