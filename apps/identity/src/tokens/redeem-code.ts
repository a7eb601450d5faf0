import { Injectable } from '@nestjs/common';
import type { GrantGuard } from '../provider/guarded-provider.ts';
import { RedeemOnce } from './redeem-once.ts';

/** Redeems an authorization code, once. */
@Injectable()
export class RedeemCode {
  constructor(private readonly redeemOnce: RedeemOnce) {}

  readonly guard: GrantGuard = (ctx, handle) => {
    const code = ctx.oidc.params?.code;
    return typeof code === 'string' ? this.redeemOnce.run('AuthorizationCode', code, ctx.oidc.client?.clientId ?? '', handle) : handle();
  };
}
