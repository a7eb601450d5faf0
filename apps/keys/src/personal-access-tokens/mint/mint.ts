import { WallClock } from '@latchkey/clock';
import type { IdentityAssertionClaims, MintedPat, MintPat } from '@latchkey/contracts';
import { inTransaction } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { actorOf, eventOf, recordAudit } from '../../audit/record-audit.ts';
import type { KeysEnv } from '../../env.ts';
import { KEYS_ENV, LOGGER } from '../../tokens.ts';
import { firstConsistency, makeKey, serviceSubject, storeMade, type MadeKey } from '../issue.ts';
import { isBehindEpoch, mintingMoment, presentMoment } from '../minting-moment.ts';
import type { PatEntity } from '../pat.entity.ts';
import { patView } from '../pat-view.ts';
import { Principals, type Principal } from '../principal.ts';
import { PromptRelay } from '../prompt-relay.ts';
import { requireOwnOrg, seesAllKeys } from '../visible-keys.ts';
import { expiryOf } from './expiry.ts';
import { MintGroups } from './mint-groups.ts';
import { MintReplays } from './mint-replays.ts';
import { PresentedKey } from './presented-key.ts';
import { boundByKey, boundByPolicy, boundByRole } from './minting-bound.ts';

/** Asked for more than one may have, as opposed to asked wrongly. */
const refusals: ReadonlySet<string> = new Set(['insufficient_role', 'insufficient_scope', 'ip_not_allowed', 'policy_violation', 'tenant_mismatch', 'tool_not_allowed']);

interface Attempt {
  caller: IdentityAssertionClaims;
  principal: Principal;
  request: MintPat;
  idempotencyKey: string | undefined;
}

interface Written {
  answer: MintedPat;
  isNew: boolean;
}

interface NewKey extends MadeKey {
  token: string;
}

/** Creates a key for the caller, or for the organization itself. The token leaves in the answer; it is kept only, encrypted and for minutes, for who asks again. */
@Injectable()
export class MintPatOperation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly principals: Principals,
    private readonly presentedKey: PresentedKey,
    private readonly replays: MintReplays,
    private readonly groups: MintGroups,
    private readonly relay: PromptRelay,
    private readonly clock: WallClock,
    @Inject(KEYS_ENV) private readonly env: KeysEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param idempotencyKey  the caller's name for this mint: the same request under the same name gets the same answer, for ten minutes */
  async run(caller: IdentityAssertionClaims, request: MintPat, idempotencyKey?: string): Promise<MintedPat> {
    try {
      return await this.mint(caller, request, idempotencyKey);
    } catch (error) {
      if (error instanceof Problem && refusals.has(error.code)) await this.recordRefusal(caller, request, error.code);
      throw error;
    }
  }

  /** Somebody asked for more than they may have; it commits although nothing was minted. The name they chose is not kept: it can be anything, a secret too. */
  private async recordRefusal(caller: IdentityAssertionClaims, { scopes }: MintPat, code: string): Promise<void> {
    await recordAudit(this.dataSource.manager, {
      org: caller.org ?? null, ...actorOf(caller), action: 'pat.minted', outcome: 'refused', code, details: { scopes: [...scopes] },
    });
  }

  private async mint(caller: IdentityAssertionClaims, request: MintPat, idempotencyKey: string | undefined): Promise<MintedPat> {
    const principal = this.principals.admit(caller, 'keys:write');
    requireOwnOrg(principal, request.org);
    boundByRole(principal, request);
    requireKind(principal, request.kind);

    const attempt: Attempt = { caller, principal, request, idempotencyKey };
    const { answer, isNew } = (await this.writeWithOthers(attempt)) ?? (await this.writeAlone(attempt));
    if (isNew) this.logger.info({ pat: answer.id, org: answer.org, owner: answer.owner }, 'key minted');
    await this.relay.afterCommit();
    return answer;
  }

  /** @returns null for a mint that looks at something in its transaction, or that the others could not be written with */
  private async writeWithOthers(attempt: Attempt): Promise<Written | null> {
    if (attempt.idempotencyKey !== undefined || attempt.principal.pat !== null) return null;
    const key = await this.groups.write(attempt.principal.org, () => this.make(attempt, new Date(this.clock.nowMs()), null));
    return key === null ? null : { answer: answerOf(key), isNew: true };
  }

  private writeAlone(attempt: Attempt): Promise<Written> {
    return this.write(attempt, presentMoment).catch((error: unknown) => {
      if (!isBehindEpoch(error)) throw error;
      return this.write(attempt, mintingMoment);
    });
  }

  /** All of it, or nothing. */
  private write(attempt: Attempt, momentOf: typeof mintingMoment): Promise<Written> {
    const { caller, principal, request, idempotencyKey } = attempt;
    return inTransaction(this.dataSource, async (manager) => {
      const claim = idempotencyKey === undefined ? null : await this.replays.claim(manager, caller, { org: request.org, request }, idempotencyKey);
      if (claim !== null && claim.replay !== null) return { answer: await this.replays.again(manager, claim.replay), isNew: false };
      const createdAt = await momentOf(manager, principal.org, this.clock.nowMs());
      const minter = await this.presentedKey.find(manager, principal, new Date(this.clock.nowMs()));
      const key = this.make(attempt, createdAt, minter);
      await storeMade(manager, principal.org, [key]);
      const answer = answerOf(key);
      if (claim !== null) await this.replays.keep(manager, claim, answer.id, answer);
      return { answer, isNew: true };
    });
  }

  private make({ caller, principal, request }: Attempt, createdAt: Date, minter: PatEntity | null): NewKey {
    const { row, token, record } = makeKey(this.env.LATCHKEY_TOKEN_PREFIX, {
      service: request.kind === 'service',
      name: request.name,
      org: request.org,
      owner: request.kind === 'service' ? null : principal.user,
      scopes: [...new Set(request.scopes)],
      projects: request.projects ?? null,
      grants: request.grants ?? null,
      tools: request.tools ?? null,
      allowedIps: request.allowedIps ?? null,
      rateLimit: request.rateLimit ?? minter?.rateLimit ?? null,
      createdAt,
      expiresAt: expiryOf(request, createdAt.getTime(), minter?.expiresAt ?? null),
      replaces: null,
    });
    boundByPolicy(caller.key_max_lifetime, row);
    if (minter !== null) boundByKey(minter, row, this.principals);
    const details = { owner: row.owner, scopes: [...row.scopes], projects: row.projects?.slice(0, 50) ?? null, expiresAt: row.expiresAt?.toISOString() ?? null };
    return { row, token, record, minted: eventOf({ org: row.org, ...actorOf(caller), action: 'pat.minted', target: { kind: 'pat', id: row.id, name: row.name }, details }) };
  }
}

const answerOf = ({ row, token, record }: NewKey): MintedPat => ({ ...patView(row, row.createdAt), token, consistency: firstConsistency(record) });

/** A key of the organization outlives whoever asked for it, so those make it who rule the organization; and it makes none for a person, for it is none. */
function requireKind(principal: Principal, kind: MintPat['kind']): void {
  if (kind === 'service' && !seesAllKeys(principal)) throw new Problem('insufficient_role', { detail: 'Service keys are for owners and administrators of the organization.' });
  const isService = principal.pat !== null && principal.user === serviceSubject(principal.pat);
  if (kind === 'personal' && isService) throw new Problem('insufficient_role', { detail: 'A service key has no person to mint a personal key for.' });
}
