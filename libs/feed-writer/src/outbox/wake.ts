import type { DataSource } from 'typeorm';

/** The relays of this process, by whose outbox they publish. */
export const wakeners = new WeakMap<DataSource, () => void>();
