export {
  askSubjects,
  fenceAnswerSchema,
  maxPayloadBytes,
  topics,
  UnansweredError,
  type AskSubject,
  type FenceAnswer,
  type RepairAnswer,
  type ShardsAnswer,
  type Topic,
  type UnansweredReason,
} from './asking/asking.ts';
export { digestBytes, digestOf, shardCount, shardOf, xorInto } from './digest/digest.ts';
export { ShardedDigest } from './digest/sharded-digest.ts';
export * from './feed.ts';
export { InProcessFeed } from './in-process/in-process-feed.ts';
export { checkNats, type NatsCheck } from './nats/check-nats.ts';
export { NatsFeed } from './nats/nats-feed.ts';
export type { NatsOptions } from './nats/connect.ts';
export { NatsCalls, type Call, type CallAnswer, type CallHandler, type ServingCalls } from './calls/nats-calls.ts';
export { revives, type Rival } from './rival.ts';
export { readMessage, type ReadMessage } from './read-message.ts';
export { subjectOf } from './subject.ts';
export { AuditTrail, trailSources, type TrailBatch, type TrailConsumer, type TrailHandler, type TrailSource } from './trail/audit-trail.ts';
export { InProcessTrail } from './trail/in-process-trail.ts';
export { NatsTrail } from './trail/nats-trail.ts';
export { TrailPages, type TrailPage } from './trail/trail-pages.ts';
