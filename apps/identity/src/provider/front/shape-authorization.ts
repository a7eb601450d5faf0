import { openidScopes } from '@latchkey/contracts';
import { canonicalResource } from '@latchkey/oauth';
import type { Resource, Resources } from '../resources.ts';
import { routes } from '../routes.ts';
import { isForm, type EngineExchange, type FrontStep } from './exchange.ts';

const openid = new Set<string>(openidScopes);

/**
 * Puts `resource` and `scope` into the form the engine compares byte for byte: at authorization, at the pushed request and at the token
 * endpoint alike. What is wrong passes as it is, because only the engine can tell the client so at a redirect URI it has proven.
 */
export const shapeAuthorization = (resources: Resources): FrontStep =>
  async function shapeAuthorization(exchange: EngineExchange): Promise<boolean> {
    const { request, path, query } = exchange;
    if (path === routes.authorization && request.method === 'GET') {
      await shapeRequest(query, resources);
    } else if (request.method === 'POST' && isForm(exchange) && (path === routes.pushed_authorization_request || path === routes.device_authorization || path === routes.token)) {
      const form = new URLSearchParams(exchange.body.toString());
      if (path === routes.token) shapeTokenRequest(form);
      else await shapeRequest(form, resources);
      exchange.body = Buffer.from(form.toString());
    }
    return false;
  };

async function shapeRequest(params: URLSearchParams, resources: Resources): Promise<void> {
  // A pushed request was shaped when it was pushed, and nothing beside its reference counts (RFC 9126 section 4).
  if (params.has('request_uri') || params.has('request')) return;
  canonicalise(params);
  const asked = (params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const signInOnly = asked.includes('openid') && asked.every((scope) => openid.has(scope));
  if (!params.has('resource')) {
    // A sign-in that asks for nothing but OpenID scopes gets a token for the user info endpoint.
    if (signInOnly) return;
    params.set('resource', resources.defaultResource);
  }
  const resource = await resources.find(params.get('resource') ?? '');
  if (resource !== null) params.set('scope', shapedScope(asked, resource).join(' '));
}

/** AS-33: unknown scopes are dropped; where none of the resource is left, its default set stands in. */
function shapedScope(asked: readonly string[], { scopes, defaultScopes }: Resource): string[] {
  const known = new Set<string>(scopes);
  const ours = asked.filter((scope) => known.has(scope));
  return [...new Set([...asked.filter((scope) => openid.has(scope)), ...(ours.length === 0 ? defaultScopes : ours)])];
}

function shapeTokenRequest(params: URLSearchParams): void {
  canonicalise(params);
  if (!params.has('scope')) return;
  // A refresh may name fewer scopes than were granted. `offline_access` is none that a token has, yet clients repeat it here.
  const scopes = (params.get('scope') ?? '').split(' ').filter((scope) => scope !== '' && scope !== 'offline_access');
  if (scopes.length === 0) params.delete('scope');
  else params.set('scope', scopes.join(' '));
}

/** AS-40. Of one resource only: a token has one audience, and the engine refuses several. */
function canonicalise(params: URLSearchParams): void {
  const [only, ...others] = new Set(params.getAll('resource'));
  if (only === undefined || others.length > 0) return;
  params.set('resource', canonicalResource(only) ?? only);
}
