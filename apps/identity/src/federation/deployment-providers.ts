import { createHash } from 'node:crypto';
import { printable } from '@latchkey/contracts';
import { z } from 'zod';
import type { ForeignProvider } from './foreign-provider.ts';

const domain = z.string().toLowerCase().max(253).regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/);

/** https, or a machine of one's own while developing; the issuer is compared byte for byte, so no slash is added or taken away. */
export const issuerSchema = z
  .url({ protocol: /^https?$/ })
  .max(1024)
  .refine((text) => {
    const { protocol, hostname, search, hash, username, password } = new URL(text);
    const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    return (protocol === 'https:' || loopback) && search === '' && hash === '' && username === '' && password === '';
  }, 'an https URL without query or fragment');

export const labelSchema = z.string().trim().min(1).max(60).regex(printable, 'no control characters');
export const scopesSchema = z.string().max(500).regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/).refine((text) => text.split(' ').includes('openid'), 'must contain openid');

const deploymentProviderSchema = z.strictObject({
  /** In paths; `google` is the preset's. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/).refine((name) => name !== 'google', 'is taken by the preset'),
  label: labelSchema.optional(),
  issuer: issuerSchema,
  clientId: z.string().min(1).max(512),
  clientSecret: z.string().min(1).max(2048).optional(),
  scopes: scopesSchema.default('openid email profile'),
  /** Without it, every address that the provider calls verified. */
  emailDomains: z.array(domain).min(1).max(100).optional(),
  mfaAcrValues: z.array(z.string().min(1).max(256)).max(20).default([]),
});

/** The value of LATCHKEY_OIDC_PROVIDERS: a JSON array. */
export const deploymentProvidersSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'a JSON array of providers' });
      return z.NEVER;
    }
  })
  .pipe(z.array(deploymentProviderSchema).max(20))
  .refine((providers) => new Set(providers.map(({ name }) => name)).size === providers.length, 'each name may stand once');
export type DeploymentProvider = z.output<typeof deploymentProviderSchema>;

const revisionOf = (provider: object): string => createHash('sha256').update(JSON.stringify(provider)).digest('base64url');

/** Google, by its own documentation: an address is certain at gmail.com, and where a hosted domain (`hd`) vouches for it. */
const google = (clientId: string, clientSecret: string): ForeignProvider => ({
  key: 'google',
  label: 'Google',
  issuer: 'https://accounts.google.com',
  clientId,
  clientSecret,
  scopes: 'openid email profile',
  org: null,
  speaksFor: 'google',
  mfaAcrValues: [],
  revision: revisionOf([clientId, clientSecret]),
});

interface ProviderVariables {
  LATCHKEY_GOOGLE_CLIENT_ID?: string | undefined;
  LATCHKEY_GOOGLE_CLIENT_SECRET?: string | undefined;
  LATCHKEY_OIDC_PROVIDERS: readonly DeploymentProvider[];
}

/** The providers that the operator has set up, in the order of their buttons. */
export function deploymentProviders(env: ProviderVariables): ForeignProvider[] {
  const { LATCHKEY_GOOGLE_CLIENT_ID: id, LATCHKEY_GOOGLE_CLIENT_SECRET: secret, LATCHKEY_OIDC_PROVIDERS: others } = env;
  const configured = others.map((provider): ForeignProvider => {
    const { name, label = name, issuer, clientId, clientSecret = null, scopes, emailDomains = 'any', mfaAcrValues } = provider;
    return { key: name, label, issuer, clientId, clientSecret, scopes, org: null, speaksFor: emailDomains, mfaAcrValues, revision: revisionOf(provider) };
  });
  return id === undefined || secret === undefined ? configured : [google(id, secret), ...configured];
}
