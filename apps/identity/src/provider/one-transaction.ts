import type { Middleware } from 'koa';
import { routes } from './routes.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * What an authorization request writes (grant, its meaning, audit entry, code, session) appears together, before it is answered, and waits
 * for the disk once.
 */
export function oneTransaction(unitOfWork: UnitOfWork): Middleware {
  return async function oneTransaction(ctx, next): Promise<void> {
    if (ctx.method !== 'GET' || ctx.path !== routes.authorization) return next();
    try {
      await unitOfWork.together(async () => {
        await next();
        // The engine has rendered its failure by now; what it wrote until then is undone.
        if (ctx.status >= 500) unitOfWork.abandon();
      });
    } catch (error) {
      // There is no such code.
      ctx.remove('Location');
      throw error;
    }
  };
}
