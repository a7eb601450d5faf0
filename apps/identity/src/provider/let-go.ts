import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';

const context = Symbol('context');
type Carrying = IncomingMessage & { [context]?: Context };

/** Has each request carry what the engine knows of it, so that it can be let go of when it is answered. */
export const carryContext: Middleware = (ctx, next) => {
  (ctx.req as Carrying)[context] = ctx;
  return next();
};

/**
 * Empties what the engine knew of a request that is answered. The engine defines `ctx.oidc` by a getter of each request's own, and V8 keeps the
 * pair that holds a getter among the old objects, where only a collection of the whole heap finds out that nobody needs it. All of the request
 * would wait for that, some 10 kB each, and such a collection holds every other up (docs/performance.md).
 * @param request  as the engine was given it, when its answer is written
 */
export function letGo(request: IncomingMessage): void {
  const ctx = (request as Carrying)[context];
  if (ctx === undefined) return;
  const oidc = Object.hasOwn(ctx, 'oidc') ? (ctx.oidc as object) : {};
  for (const object of [oidc, ctx.request, ctx.response, ctx]) empty(object);
  // Koa tells it when the connection breaks off on the way out; there is nothing left to answer with.
  ctx.onerror = () => undefined;
}

function empty(object: object): void {
  // What cannot be set is the getter itself.
  for (const key of Reflect.ownKeys(object)) Reflect.set(object, key, undefined);
}
