import type { Logger } from '@latchkey/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { JWTVerifyGetKey } from 'jose';
import { IssuerKeys as KeysOfIssuers, KeysUnavailable, OutboundFetch } from '@latchkey/outbound';
import { unavailable } from '../exchange/refusals.ts';
import { LOGGER } from '../tokens.ts';

/** Key sets of trusted issuers, with failures as the token endpoint tells them. */
@Injectable()
export class IssuerKeys {
  private readonly sets: KeysOfIssuers;

  constructor(
    outbound: OutboundFetch,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.sets = new KeysOfIssuers(outbound);
  }

  /** @throws TemporarilyUnavailable where the set cannot be fetched: that is said of no assertion */
  of(uri: string): JWTVerifyGetKey {
    const keys = this.sets.of(uri);
    return async (header, token) => {
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof KeysUnavailable)) throw error;
        this.logger.warn({ err: error.cause }, 'the keys of a trusted issuer cannot be fetched');
        throw unavailable('The keys of the issuer cannot be fetched at the moment.');
      }
    };
  }
}
