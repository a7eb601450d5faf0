import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import type { Logger } from '@latchkey/telemetry';
import { DataSource } from 'typeorm';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { LOGGER } from '../tokens.ts';
import { CheckDomain } from './check-domain.ts';
import { DomainEntity } from './domain.entity.ts';
import { lockDomain } from './lock-domain.ts';

const intervalMs = 600_000;
const checkEverySeconds = 24 * 3600;
/** A move to other name servers may take days, and must not end anything. */
const patienceSeconds = 7 * 24 * 3600;
const batchSize = 20;

type Claimed = Pick<DomainEntity, 'org' | 'domain' | 'challenge'>;

/** Looks once a day whether proven domains still are: they expire, are sold, and change hands. */
@Injectable()
export class RecheckDomains implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly checkDomain: CheckDomain,
    private readonly clock: WallClock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.run().catch((error: unknown) => this.logger.warn({ err: error }, 'domains could not be checked; it is tried again'));
    }, intervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One round. What it takes is marked as checked first, so that replicas do not look twice. */
  async run(): Promise<void> {
    const now = new Date(this.clock.nowMs());
    const due = new Date(now.getTime() - checkEverySeconds * 1000);
    const [claimed] = await this.dataSource.query<[Claimed[], number]>(
      `UPDATE domains SET checked_at = $1 WHERE (org, domain) IN (
         SELECT org, domain FROM domains WHERE verified_at IS NOT NULL AND checked_at <= $2 ORDER BY checked_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
       ) RETURNING org, domain, challenge`,
      [now, due],
    );
    for (const domain of claimed) await this.recheck(domain, now);
  }

  private async recheck({ org, domain, challenge }: Claimed, now: Date): Promise<void> {
    const outcome = await this.checkDomain.run({ domain, challenge });
    await this.dataSource.transaction(async (manager) => {
      const row = await lockDomain(manager, org, domain);
      if (row.challenge !== challenge || row.verifiedAt === null) return;
      const failingSince = outcome === 'found' ? null : (row.failingSince ?? now);
      const lapses = failingSince !== null && now.getTime() - failingSince.getTime() >= patienceSeconds * 1000;
      const change = lapses ? { verifiedAt: null, autoJoin: false, failingSince: null } : { failingSince };
      await manager.update(DomainEntity, { org, domain }, { lastOutcome: outcome, ...change });
      if (lapses) await recordAudit(manager, { ...byIdentity, org, action: 'domain.lapsed', target: { kind: 'domain', id: domain }, details: { last_outcome: outcome } });
    }).catch((error: unknown) => this.logger.warn({ err: error, org, domain }, 'a domain could not be checked; it is tried again tomorrow'));
  }
}
