import { createHash } from 'node:crypto';
import { issuerSchema, mfaAcrValuesSchema, providerLabelSchema, providerScopesSchema } from '@latchkey/contracts';
import { z } from 'zod';
import type { ForeignProvider } from './foreign-provider.ts';

const domain = z.string().toLowerCase().max(253).regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/);

const deploymentProviderSchema = z.strictObject({
  /** In paths; `google` is the preset's. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/).refine((name) => name !== 'google', 'is taken by the preset'),
  label: providerLabelSchema.optional(),
  issuer: issuerSchema,
  clientId: z.string().min(1).max(512),
  clientSecret: z.string().min(1).max(2048).optional(),
  scopes: providerScopesSchema.default('openid email profile'),
  /** Without it, every address that the provider calls verified. */
  emailDomains: z.array(domain).min(1).max(100).optional(),
  mfaAcrValues: mfaAcrValuesSchema.default([]),
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
