export { consistencyOf } from './outbox/consistency.ts';
export { createOutboxTable, dropOutboxTable } from './outbox/table.ts';
export { stage } from './outbox/stage.ts';
export type { RelayOptions } from './relay/options.ts';
export { Relay } from './relay/relay.ts';
