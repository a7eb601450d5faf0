import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A sign-in that is under way at another provider: single use, and good only for the browser that began it. */
@Entity('federation_states')
@Index('federation_states_by_expiry', ['expiresAt'])
export class FederationStateEntity {
  @PrimaryColumn('bytea', { name: 'state_hash' })
  stateHash!: Buffer;

  /** Of the cookie of the browser in which it began. */
  @Column('bytea', { name: 'browser_hash' })
  browserHash!: Buffer;

  @Column('text')
  provider!: string;

  @Column('text')
  destination!: string;

  /** Nonce and code verifier, readable with the state only. */
  @Column('bytea')
  sealed!: Buffer;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
