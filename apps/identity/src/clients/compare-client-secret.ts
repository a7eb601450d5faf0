import { Injectable } from '@nestjs/common';
import type Provider from 'oidc-provider';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { isStoredSecret, secretHash, secretMatches, storedSecret } from './client-secret.ts';

interface Asked {
  clientId: string;
  clientSecret?: string;
}

/** Whether a secret is a client's present one, or, for as long as it is given, the one before (I4). */
@Injectable()
export class CompareClientSecret {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  install(provider: Provider): void {
    const matches = (client: Asked, presented: string): Promise<boolean> => this.run(client, presented);
    Object.defineProperty(provider.Client.prototype, 'compareClientSecret', {
      value(this: Asked, presented: string): Promise<boolean> {
        return matches(this, presented);
      },
    });
  }

  async run({ clientId, clientSecret }: Asked, presented: string): Promise<boolean> {
    if (clientSecret === undefined || !isStoredSecret(clientSecret)) return false;
    if (secretMatches(clientSecret, presented)) return true;
    const rows = await this.unitOfWork.run((manager) =>
      manager.query<unknown[]>(
        'SELECT 1 FROM clients WHERE id = $1 AND previous_secret_hash = $2 AND previous_secret_until > clock_timestamp() AND deleted_at IS NULL',
        [clientId, secretHash(storedSecret(presented))],
      ),
    );
    return rows.length > 0;
  }
}
