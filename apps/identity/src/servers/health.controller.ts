import { serverHealthReportSchema } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { GatewayGuard } from '@latchkey/service';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { IngestHealth } from './ingest-health.ts';

/** Where gateways tell how servers are. */
@Controller('internal')
@UseGuards(GatewayGuard)
export class HealthController {
  constructor(private readonly ingestHealth: IngestHealth) {}

  @Post('server-health')
  @HttpCode(204)
  health(@Body() body: unknown): Promise<void> {
    return this.ingestHealth.run(parse(serverHealthReportSchema, body));
  }
}
