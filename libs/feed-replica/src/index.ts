export { Freshness, type FreshnessOptions, type ProofListener } from './proof/freshness.ts';
export type { WriterProofStatus } from './proof/writer-proof.ts';
export { Replica, type ChangeListener } from './replica.ts';
export { ReplicaSnapshots, type SnapshotOptions } from './replica-snapshots.ts';
export { ReplicaFollower, type ReplicaFollowerOptions } from './replica-follower.ts';
export { readSnapshot } from './snapshot/read-snapshot.ts';
export { writeSnapshot } from './snapshot/write-snapshot.ts';
export { TokenTable } from './token-table/token-table.ts';
