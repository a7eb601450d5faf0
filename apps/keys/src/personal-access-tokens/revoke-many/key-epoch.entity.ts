import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Ends every key of an organization that was minted at or before it; where an owner or a project is named, those that concern both. */
@Entity('key_epochs')
@Index('key_epochs_by_org', ['org', 'epoch'])
export class KeyEpochEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'key_epochs_pkey' })
  id!: string;

  @Column('text')
  org!: string;

  @Column('text', { nullable: true })
  owner!: string | null;

  @Column('text', { nullable: true })
  project!: string | null;

  /** Whole seconds since 1970 */
  @Column('integer')
  epoch!: number;
}
