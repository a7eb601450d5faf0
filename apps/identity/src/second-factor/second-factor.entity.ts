import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';

/** The authenticator app of a user, confirmed by a first code. */
@Entity('second_factors')
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'second_factors_user_fkey' })
export class SecondFactorEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  /** The shared secret, sealed with the master key. */
  @Column('bytea')
  sealed!: Buffer;

  /** The time step of the last code that was taken: neither it nor an earlier one is taken again (RFC 6238 section 5.2). */
  @Column('bigint', { name: 'last_step' })
  lastStep!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** A code for the day when the app is lost; deleted when it is used. */
@Entity('recovery_codes')
@ForeignKey(() => SecondFactorEntity, ['userId'], ['userId'], { name: 'recovery_codes_factor_fkey', onDelete: 'CASCADE' })
export class RecoveryCodeEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @PrimaryColumn('bytea', { name: 'code_hash' })
  codeHash!: Buffer;
}
