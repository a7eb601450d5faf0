export interface TokenAnswer {
  status: number;
  body: Record<string, string>;
}

/** Asks the issuer for tokens with any grant. */
export async function askForTokens(issuer: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams(form), headers });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

export const refreshGrant = (issuer: string, clientId: string, refreshToken: string): Promise<TokenAnswer> =>
  askForTokens(issuer, { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken });
