import { Failure } from '../failure.ts';
import { requireSafe } from '../gateway-url.ts';
import type { World } from '../world.ts';
import { refresh } from './device-login.ts';
import type { SavedSessions } from './saved-sessions.ts';

/** Where a credential comes from: said on the command line, in the environment, or signed in. */
export type CredentialSource = 'option' | 'environment' | 'sign-in';

export interface Credential {
  token: string;
  source: CredentialSource;
}

/** A token ends on its way, where it has less left than this. */
const leastMs = 30_000;

/** What a key looks like is for the gateway to say; what cannot stand in a header is none. */
function given(token: string, source: CredentialSource): Credential {
  if (!/^[\x21-\x7e]{1,8192}$/.test(token)) throw new Failure('usage', 'The token has characters that no token has.', 'Copy it again, whole.');
  return { token, source };
}

/**
 * What to call with. Two commands that refresh at once are answered alike: the issuer repeats its answer for a minute.
 * @throws Failure `not_signed_in`
 */
export async function findCredential(world: World, sessions: SavedSessions, gateway: string, option: string | undefined): Promise<Credential> {
  requireSafe(gateway, 'The gateway', world.env);
  if (option !== undefined) return given(option, 'option');
  const inEnvironment = world.env['LATCHKEY_TOKEN'] ?? '';
  if (inEnvironment !== '') return given(inEnvironment.trim(), 'environment');
  const session = sessions.find(gateway);
  const advice = `latchkey login --gateway ${gateway}, or a key in LATCHKEY_TOKEN`;
  if (session === null) throw new Failure('not_signed_in', `You are not signed in to ${gateway}.`, advice);
  if (session.expiresAt - world.now() > leastMs) return { token: session.accessToken, source: 'sign-in' };
  requireSafe(session.tokenEndpoint, 'The issuer', world.env);
  const tokens = session.refreshToken === null ? null : await refresh(world, session.tokenEndpoint, session.refreshToken);
  if (tokens === null) {
    sessions.forget(gateway);
    throw new Failure('not_signed_in', `Your sign-in to ${gateway} is over.`, advice);
  }
  // RFC 6749 section 6: without another one, the refresh token stays what it was.
  sessions.save(gateway, { ...session, ...tokens, refreshToken: tokens.refreshToken ?? session.refreshToken, scope: tokens.scope === '' ? session.scope : tokens.scope });
  return { token: tokens.accessToken, source: 'sign-in' };
}
