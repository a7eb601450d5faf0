import type { Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { clientRow } from './client-row.ts';

export interface Bounds {
  scopes: readonly Scope[] | null;
  resources: readonly string[] | null;
}

/** What a client was registered for at most, whoever consents and whoever it is (I4, AS-82). */
@Injectable()
export class ClientBounds {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Null bounds for a client that registered itself, or is known by a document. */
  async of(id: string): Promise<Bounds> {
    const row = await clientRow(this.unitOfWork, id);
    return { scopes: row?.scopes ?? null, resources: row?.resources ?? null };
  }
}
