import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';
import { LOGGER } from '../tokens.ts';
import { RotateSigningKeys } from './rotate-signing-keys.ts';

/** Rotates the signing keys on schedule, and takes what another replica has rotated into this one's engine. */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly rotate: RotateSigningKeys,
    private readonly engine: OidcEngine,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // A replica must have loaded a new key before anybody may sign with it, so it looks several times while one is announced.
    const everyMs = Math.min(60_000, (this.env.LATCHKEY_SIGNING_KEY_ANNOUNCE_SECONDS * 1000) / 4);
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.tick());
    }, everyMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async tick(): Promise<void> {
    try {
      await this.rotate.step();
      if (await this.engine.reloadIfChanged()) this.logger.info('signing keys have changed');
    } catch (error) {
      this.logger.warn({ err: error }, 'keys could not be rotated; it is tried again');
    }
  }
}
