import { addPublishedSequence, dropPublishedSequence } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where on the stream each subject stands, so that a revocation is published without a look. */
export class PublishedSequence1700000000010 implements MigrationInterface {
  name = 'PublishedSequence1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await addPublishedSequence(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropPublishedSequence(runner);
  }
}
