import { dropUnpublishedIndex, restoreUnpublishedIndex } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A new record of the outbox is entered in one index of those that are to be published, instead of two. */
export class OneChangedIndex1700000000026 implements MigrationInterface {
  name = 'OneChangedIndex1700000000026';

  async up(runner: QueryRunner): Promise<void> {
    await dropUnpublishedIndex(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await restoreUnpublishedIndex(runner);
  }
}
