import {
  changePatSchema, idempotencyKeySchema, listPatsQuerySchema, mintPatSchema, requestHeaders, revokePatSchema, revokePatsSchema, rotatePatSchema, usageQuerySchema, verifyPatSchema,
  type IdentityAssertionClaims,
} from '@latchkey/contracts';
import type { NatsOperation } from '@latchkey/contracts/openapi';
import { parse, Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ChangePatOperation } from '../personal-access-tokens/change/change.ts';
import { ListPats } from '../personal-access-tokens/list/list.ts';
import { MintPatOperation } from '../personal-access-tokens/mint/mint.ts';
import { RevokePatsOperation } from '../personal-access-tokens/revoke-many/revoke-many.ts';
import { RevokePat } from '../personal-access-tokens/revoke/revoke.ts';
import { RotatePatOperation } from '../personal-access-tokens/rotate/rotate.ts';
import { ShowPat } from '../personal-access-tokens/show/show.ts';
import { VerifyPatOperation } from '../personal-access-tokens/verify/verify.ts';
import { ShowUsage } from '../usage/show-usage.ts';

export type Input = Readonly<Record<string, unknown>>;

/** One key that is meant, and what else is said. */
function ofOne({ id, ...more }: Input): { id: string; more: Input } {
  return { id: parse(z.object({ id: z.string() }), { id }).id, more };
}

const nameIn = (header: string | undefined): string | undefined => parse(idempotencyKeySchema, { [requestHeaders.idempotencyKey]: header })[requestHeaders.idempotencyKey];

/** The operations of keys as they are called over NATS: the very ones of the controller. */
@Injectable()
export class PatCalls {
  constructor(
    private readonly mintPat: MintPatOperation,
    private readonly listPats: ListPats,
    private readonly showPat: ShowPat,
    private readonly changePat: ChangePatOperation,
    private readonly rotatePat: RotatePatOperation,
    private readonly revokePat: RevokePat,
    private readonly revokePats: RevokePatsOperation,
    private readonly verifyPat: VerifyPatOperation,
    private readonly showUsage: ShowUsage,
  ) {}

  /** @throws Problem */
  run(operation: NatsOperation, caller: IdentityAssertionClaims, input: Input, idempotencyKey: string | undefined): Promise<object> {
    switch (operation) {
      case 'mintPat': return this.mintPat.run(caller, parse(mintPatSchema, input), nameIn(idempotencyKey));
      case 'listPats': return this.listPats.run(caller, parse(listPatsQuerySchema, input));
      case 'showPat': return this.showPat.run(caller, ofOne(input).id);
      case 'changePat': return this.changePat.run(caller, ofOne(input).id, parse(changePatSchema, ofOne(input).more));
      case 'rotatePat': return this.rotatePat.run(caller, ofOne(input).id, parse(rotatePatSchema, ofOne(input).more), nameIn(idempotencyKey));
      case 'revokePat': return this.revokePat.run(caller, ofOne(input).id, parse(revokePatSchema, ofOne(input).more).reason);
      case 'revokePats': return this.revokePats.run(caller, parse(revokePatsSchema, input));
      case 'verifyPat': return this.verifyPat.run(caller, parse(verifyPatSchema, input));
      case 'patUsage': return this.showUsage.run(caller, parse(usageQuerySchema, input));
      default: throw new Problem('not_found', { detail: 'There is nothing at this subject.' });
    }
  }
}
