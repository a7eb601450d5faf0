export { Replica, type ChangeListener } from './replica.ts';
export { ReplicaFollower, type ReplicaFollowerOptions } from './replica-follower.ts';
