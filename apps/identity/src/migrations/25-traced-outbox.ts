import { addTraced, dropTraced } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TracedOutbox1700000000025 implements MigrationInterface {
  name = 'TracedOutbox1700000000025';

  async up(runner: QueryRunner): Promise<void> {
    await addTraced(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTraced(runner);
  }
}
