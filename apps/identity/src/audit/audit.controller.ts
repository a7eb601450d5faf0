import {
  exportAuditQuerySchema,
  listAuditQuerySchema,
  verifyAuditQuerySchema,
  type AuditVerification,
  type ExplainedEvent,
  type IdentityAssertionClaims,
  type ListedAuditEvent,
} from '@latchkey/contracts';
import { Controller, Get, Header, Param, Query, Res, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import type { FastifyReply } from 'fastify';
import { AuditReader } from './audit-reader.ts';
import { ExplainEvent } from './explain-event.ts';
import { ExportEvents } from './export-events.ts';
import { ListEvents } from './list-events.ts';
import { VerifyChain } from './verify-chain.ts';

/** A few seconds of work at most; the answer says where to go on. */
const linksPerCall = 100_000;

@Controller('v1/audit')
@UseGuards(CallerGuard)
export class AuditController {
  constructor(
    private readonly listEvents: ListEvents,
    private readonly exportEvents: ExportEvents,
    private readonly verifyChain: VerifyChain,
    private readonly reader: AuditReader,
    private readonly explainEvent: ExplainEvent,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: ListedAuditEvent[]; nextCursor: string | null }> {
    return this.listEvents.run(caller, parse(listAuditQuerySchema, query));
  }

  @Get('export')
  async export(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const lines = await this.exportEvents.run(caller, parse(exportAuditQuerySchema, query));
    await reply.headers({ 'content-type': 'application/x-ndjson', 'cache-control': 'no-store', 'content-disposition': 'attachment; filename="audit.ndjson"' }).send(lines);
  }

  @Get('verify')
  @Header('cache-control', 'no-store')
  async verify(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<AuditVerification> {
    const { org, ...range } = parse(verifyAuditQuerySchema, query);
    return this.verifyChain.run(await this.reader.whole(caller, org), { ...range, limit: linksPerCall });
  }

  /** Why something was allowed or refused. An entry is found by the request that it tells of: `GET /v1/audit?requestId=`. */
  @Get(':id/explain')
  @Header('cache-control', 'no-store')
  explain(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<ExplainedEvent> {
    return this.explainEvent.run(caller, id);
  }
}
