export { describeFeed, type FeedUnderTest } from './feed-contract.ts';
export { grantRecord, messageOf, patRecord, userRecord } from './records.ts';
export { RecordingListener } from './recording-listener.ts';
export { describeTrail, someEvent } from './trail-contract.ts';
