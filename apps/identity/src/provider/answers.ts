import { openidScopes, scopes } from '@latchkey/contracts';
import type { Context, Middleware, Next } from 'koa';
import { errors } from 'oidc-provider';
import { isStoredSecret } from '../clients/client-secret.ts';
import type { IdentityEnv } from '../env.ts';
import { isRegistrationPath, metadataPaths, routes } from './routes.ts';

/** How long clients may hold metadata and keys; a key is published at least this long before it signs (AS-70). */
const metadataMaxAgeSeconds = 300;

/**
 * For pages that the engine writes itself (`response_mode=form_post`); ours bring their own. The engine adds the hash of its one script to
 * the empty `script-src`. No `form-action`: the form's target is the client (AS-92).
 */
const engineContentPolicy = "default-src 'none'; script-src; base-uri 'none'; frame-ancestors 'none'";

/** The last touches on what the engine answers. */
export function answers(env: IdentityEnv): Middleware {
  const secure = env.LATCHKEY_ISSUER.startsWith('https:');
  return async function answers(ctx: Context, next: Next): Promise<void> {
    // Hot path: Koa's own way makes three lists of each header.
    const { res } = ctx;
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Referrer-Policy', 'no-referrer');
    res.setHeader('Content-Security-Policy', engineContentPolicy);
    res.setHeader('X-Frame-Options', 'DENY');
    if (secure) res.setHeader('Strict-Transport-Security', 'max-age=31536000');
    try {
      await next();
    } catch (error) {
      // What fails around the engine is rendered like what fails in it; its own errors never get here.
      if (error instanceof errors.OIDCProviderError && error.expose) {
        ctx.status = error.statusCode;
        ctx.body = { error: error.error, error_description: error.error_description };
      } else {
        ctx.app.emit('server_error', ctx, error);
        ctx.status = 500;
        ctx.body = { error: 'server_error', error_description: 'Something went wrong on our side.' };
      }
    }
    if (ctx.status === 503) ctx.set('Retry-After', '1');
    if (ctx.status === 429) ctx.set('Retry-After', '60');
    const body: unknown = ctx.body;
    if (metadataPaths.has(ctx.path) || ctx.path === routes.jwks) {
      ctx.set('Access-Control-Allow-Origin', '*');
      if (ctx.status === 200) ctx.set('Cache-Control', `public, max-age=${metadataMaxAgeSeconds}`);
      if (metadataPaths.has(ctx.path) && isObject(body)) ctx.body = metadata(body);
      return;
    }
    if (ctx.status === 404 && body === undefined) {
      ctx.status = 404;
      ctx.body = { error: 'not_found', error_description: 'There is nothing here, or not by this method.' };
    }
    // RFC 6749 section 5.1 asks it of token answers; nothing else here is for a cache either.
    if (!ctx.headerSent) res.setHeader('Cache-Control', 'no-store');
    // RFC 8628 section 3.2; the engine leaves the interval to its default.
    if (ctx.path === routes.device_authorization && ctx.status === 200 && isObject(body)) ctx.body = { ...body, interval: env.LATCHKEY_DEVICE_POLL_SECONDS };
    if (isRegistrationPath(ctx.path) && isObject(body)) ctx.body = registration(body);
  };
}

/** Resource scopes are no scopes of the engine's own, yet they are what clients come for (CONTRACT). */
const metadata = (body: Record<string, unknown>): Record<string, unknown> => ({
  ...body,
  scopes_supported: [...openidScopes, ...scopes],
  authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
});

/** Echoes the scope as it was understood, and never the hash that stands for a secret (AS-20, AS-22). */
function registration({ registered_scope: scope, client_secret: secret, client_secret_expires_at: expiresAt, ...body }: Record<string, unknown>) {
  const shown = typeof secret === 'string' && !isStoredSecret(secret);
  return {
    ...body,
    ...(scope === undefined ? {} : { scope }),
    ...(shown ? { client_secret: secret, client_secret_expires_at: expiresAt } : {}),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && !('pipe' in value);
