export { FenceResponder, type FenceResponderOptions } from './fence/fence-responder.ts';
export { consistencyOf } from './outbox/consistency.ts';
export { createOutboxTable, dropOutboxTable } from './outbox/table.ts';
export { addFeedDigest, dropFeedDigest } from './outbox/digest-table.ts';
export { addPublishedSequence, dropPublishedSequence } from './outbox/published-sequence.ts';
export { narrowReplayIndex, widenReplayIndex } from './outbox/replay-index.ts';
export { firstRecord, stage, stageFirst, type FirstRecord } from './outbox/stage.ts';
export type { RelayOptions } from './relay/options.ts';
export { Relay } from './relay/relay.ts';
