import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import type { GrantGuard } from '../provider/guarded-provider.ts';
import { idHash, isRowHandle } from '../provider/id-hash.ts';
import { RedeemOnce } from '../tokens/redeem-once.ts';
import { DeviceFlow } from './device-flow.ts';
import { DeviceLimits } from './device-limits.ts';

/** Gives a device its tokens, once: for clients that may, not more often than it was told to ask, in one transaction. */
@Injectable()
export class RedeemDeviceCode {
  constructor(
    private readonly deviceFlow: DeviceFlow,
    private readonly limits: DeviceLimits,
    private readonly redeemOnce: RedeemOnce,
  ) {}

  readonly guard: GrantGuard = async (ctx, handle) => {
    const code = ctx.oidc.params?.device_code;
    await this.deviceFlow.requireFlag(ctx.oidc.client?.clientId ?? '');
    if (typeof code !== 'string') return handle();
    // The handle of a row is in the database; it must not do for the secret that is not.
    if (isRowHandle(code)) throw new errors.InvalidGrant('device code not found');
    if ((await this.limits.poll(idHash(code).toString('base64url'))) !== null) throw new errors.SlowDown('ask less often');
    return this.redeemOnce.run('DeviceCode', code, ctx.oidc.client?.clientId ?? '', handle);
  };
}
