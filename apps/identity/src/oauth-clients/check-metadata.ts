import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { errors } from 'oidc-provider';
import { OidcEngine } from '../provider/oidc-engine.ts';

/** Has the engine judge a client before it is stored: one that it would refuse later could never be used, nor say why. */
@Injectable()
export class CheckMetadata {
  constructor(private readonly engine: OidcEngine) {}

  /** @throws Problem `invalid_request` in the engine's words, e.g. for a key set with a private key in it */
  run(metadata: Record<string, unknown>, secret: string | undefined): void {
    // The engine's types leave the constructor's argument out.
    const Client = this.engine.provider.Client as unknown as new (metadata: Record<string, unknown>) => object;
    try {
      // Grants are ours to decide about; the engine is asked about the rest.
      void new Client({ ...metadata, grant_types: [], ...(secret === undefined ? {} : { client_secret: secret }) });
    } catch (error) {
      if (!(error instanceof errors.InvalidClientMetadata)) throw error;
      throw new Problem('invalid_request', { detail: error.error_description, cause: error });
    }
  }
}
