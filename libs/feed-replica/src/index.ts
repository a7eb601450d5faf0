export { Freshness, type FreshnessOptions, type ProofListener } from './proof/freshness.ts';
export type { WriterProofStatus } from './proof/writer-proof.ts';
export { Replica, type ChangeListener } from './replica.ts';
export type { SnapshotOptions } from './replica-snapshots.ts';
export { ReplicaFollower, type ReplicaFollowerOptions } from './replica-follower.ts';
