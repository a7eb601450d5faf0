import type { Provider, Type } from '@nestjs/common';
import { AuditOutboxEntity } from './audit-outbox.entity.ts';
import { ShipAudit } from './ship-audit.ts';

export const auditProviders: Provider[] = [ShipAudit];
export const auditEntities: Type[] = [AuditOutboxEntity];
