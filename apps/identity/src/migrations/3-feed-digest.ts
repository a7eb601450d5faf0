import { addFeedDigest, dropFeedDigest } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What gateways prove their freshness by. */
export class FeedDigest1700000000003 implements MigrationInterface {
  name = 'FeedDigest1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await addFeedDigest(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropFeedDigest(runner);
  }
}
