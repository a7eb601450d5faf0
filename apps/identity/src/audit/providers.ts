import type { Provider, Type } from '@nestjs/common';
import { AuditEventEntity } from './audit-event.entity.ts';

export const auditProviders: Provider[] = [];
export const auditControllers: Type[] = [];
export const auditEntities: Type[] = [AuditEventEntity];
