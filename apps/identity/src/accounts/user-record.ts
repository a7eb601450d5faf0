import type { RecordOf } from '@latchkey/contracts';
import type { UserEntity } from './user.entity.ts';

/** What gateways need to know of a user: alive or not, and since when earlier credentials count no more. */
export function userRecord(user: Pick<UserEntity, 'id' | 'disabledAt' | 'epoch'>): RecordOf<'user'> {
  return { kind: 'user', id: user.id, disabled: user.disabledAt !== null, epoch: user.epoch };
}
