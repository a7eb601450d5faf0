import { prepared, rowStatement, SharedReader, type Statement } from '@latchkey/postgres';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PatEntity } from './pat.entity.ts';

/** The row of a key, as what was committed last says. Hot path: below the object mapper, which costs more than all the rest of a look. */
@Injectable()
export class FindKey {
  private readonly reader: SharedReader;
  private readonly withId: Statement;
  private readonly withHash: Statement;
  private readonly toChange: Statement;
  private readonly toKeep: Statement;

  constructor(dataSource: DataSource) {
    const statement = (name: string, condition: string): Statement => rowStatement(dataSource, PatEntity, name, condition);
    this.reader = new SharedReader(dataSource);
    this.withId = statement('pat-by-id', 'id = $1');
    this.withHash = statement('pat-by-hash', 'hash = $1');
    this.toChange = statement('pat-to-change', 'id = $1 FOR UPDATE');
    this.toKeep = statement('pat-to-keep', 'id = $1 FOR SHARE');
  }

  async byId(id: string): Promise<PatEntity | null> {
    return (await this.reader.look<PatEntity>(this.withId, [id]))[0] ?? null;
  }

  /** @param hash  SHA-256 of the whole token */
  async byHash(hash: Buffer): Promise<PatEntity | null> {
    return (await this.reader.look<PatEntity>(this.withHash, [hash]))[0] ?? null;
  }

  /** Locked: nobody else changes or ends it before the transaction ends. */
  async toBeChanged(manager: EntityManager, id: string): Promise<PatEntity | null> {
    return (await prepared<PatEntity>(manager, this.toChange, [id]))[0] ?? null;
  }

  /** Locked against whoever would change or end it before the transaction ends, but not against others who only rely on it. */
  async toBeReliedOn(manager: EntityManager, id: string): Promise<PatEntity | null> {
    return (await prepared<PatEntity>(manager, this.toKeep, [id]))[0] ?? null;
  }
}
