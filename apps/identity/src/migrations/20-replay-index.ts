import { narrowReplayIndex, widenReplayIndex } from '@latchkey/feed-writer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the relay reads for every change is as quick after many new records as before them. */
export class ReplayIndex1700000000020 implements MigrationInterface {
  name = 'ReplayIndex1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await narrowReplayIndex(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await widenReplayIndex(runner);
  }
}
