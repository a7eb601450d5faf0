import type { ServerHealthReport } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Gateways tell every half minute; three times in a row nothing arrived is silence. */
const rememberedSeconds = 90;

/** Keeps what a gateway has seen of servers. What it says of servers that are not there is passed over. */
@Injectable()
export class IngestHealth {
  constructor(private readonly dataSource: DataSource) {}

  async run({ gateway, servers }: ServerHealthReport): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO server_health (server, gateway, seen, expires_at)
       SELECT s.id, $1, given.seen, now() + make_interval(secs => $3)
       FROM (SELECT DISTINCT ON (seen->>'id') seen FROM jsonb_array_elements($2::jsonb) AS seen) AS given
       JOIN servers s ON s.id = (given.seen->>'id')::uuid AND s.deleted_at IS NULL
       ORDER BY s.id
       ON CONFLICT (server, gateway) DO UPDATE SET seen = excluded.seen, seen_at = now(), expires_at = excluded.expires_at`,
      [gateway, JSON.stringify(servers), rememberedSeconds],
    );
  }
}
