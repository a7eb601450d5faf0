import type { Latchkey } from '../index.ts';

/** A service of yours that is shown keys: who calls, and may they read this server? */
export async function whoCalls(latchkey: Latchkey, authorization: string | undefined): Promise<string | null> {
  const [, token] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) return null;
  const { valid, principal } = await latchkey.keys.verify({ token, scope: 'mcp:read' });
  return valid && principal !== undefined ? principal.owner : null;
}
