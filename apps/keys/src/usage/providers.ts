import type { Provider, Type } from '@nestjs/common';
import { IngestUsage } from './ingest-usage.ts';
import { KeyUsageEntity } from './key-usage.entity.ts';
import { PruneUsage } from './prune-usage.ts';
import { ShowUsage } from './show-usage.ts';
import { UsageController } from './usage.controller.ts';
import { UsageReportEntity } from './usage-report.entity.ts';

export const usageEntities: Type[] = [KeyUsageEntity, UsageReportEntity];
export const usageProviders: Provider[] = [IngestUsage, PruneUsage, ShowUsage];
export const usageControllers: Type[] = [UsageController];
