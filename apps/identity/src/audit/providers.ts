import type { Provider, Type } from '@nestjs/common';
import { AuditEventEntity } from './audit-event.entity.ts';
import { RecordSignIn } from './record-sign-in.ts';

export const auditProviders: Provider[] = [RecordSignIn];
export const auditControllers: Type[] = [];
export const auditEntities: Type[] = [AuditEventEntity];
