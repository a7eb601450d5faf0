import { dynamicClientPrefix } from '../../clients/dynamic-client-id.ts';
import type { RegistrationLimits } from '../../clients/registration-limits.ts';
import type { Proof, ReviveClient } from '../../clients/revive-client.ts';
import type { IdentityEnv } from '../../env.ts';
import { peerAddress } from '../peer-address.ts';
import { routes } from '../routes.ts';
import { isForm, type EngineExchange, type FrontStep } from './exchange.ts';

interface Returning {
  id: string;
  proof: Proof;
}

/**
 * Lets a reaped client come back before the engine looks for it: when it asks a user for authorization, where the deployment is open for
 * registrations, or when it shows the token that it registered with. It counts as the registration that it saves.
 */
export const reviveClient = (revive: ReviveClient, limits: RegistrationLimits, dcr: IdentityEnv['LATCHKEY_DCR']): FrontStep =>
  async function reviveClient(exchange: EngineExchange): Promise<boolean> {
    const returning = dcr === 'off' ? null : (byToken(exchange) ?? (dcr === 'open' ? byRequest(exchange) : null));
    if (returning === null || !returning.id.startsWith(dynamicClientPrefix) || !(await revive.isPossible(returning.id, returning.proof))) return false;
    // Whoever is past the limit gets the answer for an unknown client, and can come back later.
    if ((await limits.charge(peerAddress(exchange.request))) === null) await revive.run(returning.id, returning.proof);
    return false;
  };

function byRequest(exchange: EngineExchange): Returning | null {
  const { request, path, query, body } = exchange;
  const pushed = path === routes.pushed_authorization_request && request.method === 'POST' && isForm(exchange);
  if (!pushed && !(path === routes.authorization && request.method === 'GET')) return null;
  const params = pushed ? new URLSearchParams(body.toString()) : query;
  const [id, ...ids] = params.getAll('client_id');
  const [redirectUri, ...redirectUris] = params.getAll('redirect_uri');
  if (id === undefined || redirectUri === undefined || ids.length > 0 || redirectUris.length > 0) return null;
  return { id, proof: { redirectUri } };
}

function byToken({ request, path }: EngineExchange): Returning | null {
  if (!path.startsWith(`${routes.registration}/`) || (request.method !== 'GET' && request.method !== 'PUT')) return null;
  const registrationToken = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
  return registrationToken === undefined ? null : { id: path.slice(routes.registration.length + 1), proof: { registrationToken } };
}
