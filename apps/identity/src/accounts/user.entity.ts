import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A person who signs in. The e-mail address is kept in lower case, so that one address is one account. */
@Entity('users')
@Unique('users_email_key', ['email'])
@Check('users_email_lower', '"email" = lower("email")')
export class UserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  /** argon2id in PHC form; null for somebody who signs in at another provider only. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  @Column('boolean', { name: 'email_verified', default: false })
  emailVerified!: boolean;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  /** Set together with `disabledAt` when the person has deleted the account: what was personal in this row is gone. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** Credentials of this user issued at or before it are dead; whole seconds since 1970. */
  @Column('integer', { nullable: true })
  epoch!: number | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
