import { Readable } from 'node:stream';
import type { ExportAuditQuery, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditReader } from './audit-reader.ts';
import { readLinks } from './read-links.ts';
import { actorOf, recordAudit } from './record-audit.ts';

/** The links of an organization's chain as lines of JSON, oldest first: whoever keeps them can verify them without us. */
@Injectable()
export class ExportEvents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: AuditReader,
  ) {}

  /**
   * @returns a stream that reads on only as fast as it is read
   * @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`
   */
  async run(caller: IdentityAssertionClaims, { org, from = 1, to }: ExportAuditQuery): Promise<Readable> {
    const chain = await this.reader.whole(caller, org);
    await recordAudit(this.dataSource.manager, { org: chain, ...actorOf(caller), action: 'audit.exported', details: { from, to: to ?? null } });
    return Readable.from(this.lines(chain, from - 1, to), { objectMode: false, highWaterMark: 64 * 1024 });
  }

  private async *lines(chain: string, after: number, to: number | undefined): AsyncGenerator<string> {
    for await (const { position, previous, hash, event } of readLinks(this.dataSource, chain, after, to)) {
      yield `${JSON.stringify({ position, previous, hash, event })}\n`;
    }
  }
}
