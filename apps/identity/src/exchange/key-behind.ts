import { isWithin } from '@latchkey/access';
import type { AccessTokenClaims } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { parseScopes } from '@latchkey/oauth';
import { Injectable } from '@nestjs/common';
import { AnswerAsk } from '../asking/answer-ask.ts';
import { AskKeys } from './ask-keys.ts';

/** Whether the key that a token was cut from lets it live at this moment: the rule of the gateway, asked of the sources of truth. */
@Injectable()
export class KeyBehind {
  constructor(
    private readonly askKeys: AskKeys,
    private readonly answerAsk: AnswerAsk,
    private readonly clock: WallClock,
  ) {}

  /** @throws TemporarilyUnavailable when the key service cannot be asked */
  async stands({ id, iat }: { id: string; iat: number }, { sub, org, jti, scope, projects, grants, tools }: AccessTokenClaims): Promise<boolean> {
    const keys = await this.askKeys.run({ id });
    if (org === undefined || !keys.active || !isWithin({ org, scopes: parseScopes(scope), projects, grants, tools }, keys.pat)) return false;
    if (keys.pat.expiresAt !== null && this.clock.nowSeconds() >= keys.pat.expiresAt) return false;
    const owner = await this.answerAsk.run({ sub, org, iat, client_id: null, gid: null, sid: null, jti, src_jti: null, ...(keys.pat.service === undefined ? {} : { service: true }) });
    return owner.active && keys.pat.owner === sub;
  }
}
