import { randomUUID } from 'node:crypto';
import { registerServerSchema, serverSettingsSchema } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { ServerEntity } from '../servers/server.entity.ts';
import { stageServer } from '../servers/stage-server.ts';

const seedServerSchema = registerServerSchema.omit({ folder: true, probe: true });
export type SeededServer = z.input<typeof seedServerSchema>;

/** A server that whoever starts the deployment wants registered; being the operator, they may name private addresses. */
export class SeedServer {
  constructor(private readonly dataSource: DataSource) {}

  /** Registers the server, or moves the one of that slug to another URL. A deleted slug stays deleted. */
  async run(input: SeededServer): Promise<void> {
    const { org, project, slug, name, url, ...settings } = parse(seedServerSchema, input);
    await this.dataSource.transaction(async (manager) => {
      const fresh = { id: randomUUID(), org, project, folder: null, slug, name, url, settings: serverSettingsSchema.parse(settings), tools: {}, probe: null, probedAt: null, revision: 1, deletedAt: null };
      await manager.createQueryBuilder().insert().into(ServerEntity).values(fresh).orIgnore().execute();
      const row = await manager.findOneOrFail(ServerEntity, { where: { slug }, lock: { mode: 'pessimistic_write' } });
      if (row.deletedAt !== null || (row.id !== fresh.id && row.url === url)) return;
      const revision = row.url === url ? row.revision : row.revision + 1;
      if (row.url !== url) await manager.update(ServerEntity, { slug }, { url, revision });
      await stageServer(manager, { ...row, url, revision });
    });
  }
}
