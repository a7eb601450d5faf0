import { Injectable } from '@nestjs/common';
import type Provider from 'oidc-provider';
import { idHash } from '../provider/id-hash.ts';
import { isRegistrationPath } from '../provider/routes.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';

/**
 * A registration token updates its client once, and is rotated by that (AS-22). The engine looks it up, writes the client and only then
 * gives a new token, so that updates at once would all pass, each with a token of its own. Here they wait for the token's row: who comes
 * second finds it gone, and the engine answers as for any token that it does not know.
 */
@Injectable()
export class OneUpdateAtATime {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  install(provider: Provider): void {
    provider.use(async (ctx, next) => {
      const token = ctx.method === 'PUT' && isRegistrationPath(ctx.path) ? /^Bearer (\S+)$/i.exec(ctx.get('authorization'))?.[1] : undefined;
      if (token === undefined) return next();
      const failed = Symbol('failed');
      try {
        await this.unitOfWork.transaction(async (manager) => {
          await manager.query("SELECT 1 FROM artifacts WHERE kind = 'RegistrationAccessToken' AND id_hash = $1 FOR UPDATE", [idHash(token)]);
          await next();
          // The engine has rendered its failure by now; what it wrote until then is undone.
          if (ctx.status >= 500) throw failed;
        });
      } catch (error) {
        if (error !== failed) throw error;
      }
    });
  }
}
