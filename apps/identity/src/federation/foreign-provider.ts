/** An OpenID provider at which people may sign in, as the operator or an organization has described it. */
export interface ForeignProvider {
  /** Names it in paths and in sign-in facts: a word for the operator's, an id for an organization's. */
  key: string;
  /** What the button says. */
  label: string;
  issuer: string;
  clientId: string;
  clientSecret: string | null;
  scopes: string;
  /** Whose it is; null for the operator's, which every organization may use. */
  org: string | null;
  /** For which addresses its word is taken. Nobody's word is taken for an address that the provider itself has not verified. */
  speaksFor: 'any' | 'google' | readonly string[];
  /** Values of `acr` that mean several factors, beside `mfa` in `amr`. */
  mfaAcrValues: readonly string[];
  /** Another text means that something of it has changed. */
  revision: string;
}
