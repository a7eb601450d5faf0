export { consistencyOf } from './outbox/consistency.ts';
export { createOutboxTable, dropOutboxTable } from './outbox/table.ts';
export { stage } from './outbox/stage.ts';
