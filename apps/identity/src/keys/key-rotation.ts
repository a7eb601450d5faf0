import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';
import { LOGGER } from '../tokens.ts';
import { RotateSigningKeys } from './rotate-signing-keys.ts';

/** What a look costs is one short query; how long a dropped key may go on signing here is what it buys. */
const lookMs = 1000;

/** Rotates the signing keys on schedule, and takes what another replica or an operator has changed into this one's engine. */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, OnApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly rotate: RotateSigningKeys,
    private readonly engine: OidcEngine,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const stepMs = Math.min(60_000, (this.env.LATCHKEY_SIGNING_KEY_ANNOUNCE_SECONDS * 1000) / 4);
    this.timers = [this.every(stepMs, () => this.rotate.step()), this.every(lookMs, () => this.look())];
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.running;
  }

  private async look(): Promise<void> {
    if (await this.engine.reloadIfChanged()) this.logger.info('signing keys have changed');
  }

  private every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
    return setInterval(() => {
      this.running = this.running.then(work).catch((error: unknown) => this.logger.warn({ err: error }, 'keys could not be looked after; it is tried again'));
    }, ms).unref();
  }
}
