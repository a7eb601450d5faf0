import { usageReportSchema } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { GatewayGuard } from '@latchkey/service';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { IngestUsage } from './ingest-usage.ts';

@Controller('internal')
@UseGuards(GatewayGuard)
export class UsageController {
  constructor(private readonly ingestUsage: IngestUsage) {}

  @Post('usage')
  @HttpCode(204)
  usage(@Body() body: unknown): Promise<void> {
    return this.ingestUsage.run(parse(usageReportSchema, body));
  }
}
