import type { FeedRecord } from '@latchkey/contracts';
import { subjectOf } from '@latchkey/feed';

/** What an API answers as `consistency`: the state that a gateway must have seen to judge by this write, `<subject>@<version>`. */
export function consistencyOf(record: FeedRecord, version: number): string {
  return `${subjectOf(record)}@${version}`;
}
