import { rowStatement } from '@latchkey/postgres';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { UnitOfWork, type Statement } from '../provider/unit-of-work.ts';
import { ServerEntity } from './server.entity.ts';

/** Where a server lives, and what it is called: all that a token asks of it. */
export type ServerPlace = Pick<ServerEntity, 'slug' | 'org' | 'project' | 'name'>;

export const placeOfServer: Statement = { name: 'server-place', text: 'SELECT slug, org, project, name FROM servers WHERE slug = $1 AND deleted_at IS NULL' };

/** The server behind a slug; a deleted one is as good as none. */
@Injectable()
export class FindServer {
  private readonly statement: Statement;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    dataSource: DataSource,
  ) {
    this.statement = rowStatement(dataSource, ServerEntity, 'server-by-slug', 'slug = $1 AND deleted_at IS NULL');
  }

  async bySlug(slug: string): Promise<ServerEntity | null> {
    return (await this.unitOfWork.look<ServerEntity>(this.statement, [slug]))[0] ?? null;
  }

  async place(slug: string): Promise<ServerPlace | null> {
    return (await this.unitOfWork.look<ServerPlace>(placeOfServer, [slug]))[0] ?? null;
  }
}
