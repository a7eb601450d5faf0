import type { Provider, Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { WriteToOwner } from '../key-notices/write-to-owner.ts';
import { AuditChainEntity } from './audit-chain.entity.ts';
import { AuditController } from './audit.controller.ts';
import { AuditEventEntity } from './audit-event.entity.ts';
import { AuditKeeper } from './audit-keeper.ts';
import { AuditReader } from './audit-reader.ts';
import { AuditReceiver } from './audit-receiver.ts';
import { ChainEvents } from './chain-events.ts';
import { ExplainEvent } from './explain-event.ts';
import { ExportEvents } from './export-events.ts';
import { IngestEvents } from './ingest-events.ts';
import { ListEvents } from './list-events.ts';
import { PruneEvents } from './prune-events.ts';
import { RecordRefusals } from './record-refusals.ts';
import { RecordSignIn } from './record-sign-in.ts';
import { VerifyChain } from './verify-chain.ts';

export const auditProviders: Provider[] = [
  AuditKeeper,
  AuditReader,
  AuditReceiver,
  ChainEvents,
  ExplainEvent,
  ExportEvents,
  IngestEvents,
  ListEvents,
  PruneEvents,
  RecordSignIn,
  VerifyChain,
  WriteToOwner,
  { provide: APP_INTERCEPTOR, useClass: RecordRefusals },
];
export const auditControllers: Type[] = [AuditController];
export const auditEntities: Type[] = [AuditChainEntity, AuditEventEntity];
