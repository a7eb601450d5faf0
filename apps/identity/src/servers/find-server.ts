import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { ServerEntity } from './server.entity.ts';

/** The server behind a slug; a deleted one is as good as none. */
@Injectable()
export class FindServer {
  constructor(private readonly dataSource: DataSource) {}

  bySlug(slug: string): Promise<ServerEntity | null> {
    return this.dataSource.manager.findOneBy(ServerEntity, { slug, deletedAt: IsNull() });
  }
}
