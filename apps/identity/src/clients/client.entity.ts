import type { ProjectRole, Scope } from '@latchkey/contracts';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { OrganizationEntity } from '../organizations/organization.entity.ts';

/** How a client came to be: by dynamic registration, or registered by a person of an organization. */
export const clientOrigins = ['dynamic', 'registered'] as const;
export type ClientOrigin = (typeof clientOrigins)[number];

/** What a machine is in its organization: it acts for itself, and so needs a role as a member has one. Never an owner. */
export interface MachineRole {
  role: 'admin' | 'member';
  /** Roles by project slug. */
  projects: Record<string, ProjectRole>;
}

/** An OAuth client. A deleted row stays as a tombstone, so that its id is never reused and can be told from a mistyped one. */
@Entity('clients')
@Check('clients_origin', `"origin" IN ('dynamic', 'registered')`)
@Check('clients_machine', `"machine" IS NULL OR ("privileged" AND "org" IS NOT NULL AND "scopes" IS NOT NULL AND "resources" IS NOT NULL)`)
@Index('clients_by_org', ['org', 'createdAt'], { where: 'org IS NOT NULL' })
@ForeignKey(() => OrganizationEntity, ['org'], ['slug'], { name: 'clients_org_fkey' })
export class ClientEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  origin!: ClientOrigin;

  /** As the engine stores it, without `client_secret`. */
  @Column('jsonb')
  metadata!: Record<string, unknown>;

  /** SHA-256; the secret itself is shown once and kept nowhere. */
  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash!: Buffer | null;

  /** Of the secret before, which is good until the time beside it. */
  @Column('bytea', { name: 'previous_secret_hash', nullable: true })
  previousSecretHash!: Buffer | null;

  @Column('timestamptz', { name: 'previous_secret_until', nullable: true })
  previousSecretUntil!: Date | null;

  /** Whose client it is: it reaches no other organization. Null for dynamic ones, which belong to nobody. */
  @Column('text', { nullable: true })
  org!: string | null;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  /** The most that it may ever be given, whoever consents; null is no bound. */
  @Column('text', { array: true, nullable: true })
  scopes!: Scope[] | null;

  /** The only resources, in canonical spelling, that it may get tokens for; null is no bound. */
  @Column('text', { array: true, nullable: true })
  resources!: string[] | null;

  /** Present in machine clients only: those may use the client credentials grant, for `scopes` and `resources`, in `org`, as this (AS-82). */
  @Column('jsonb', { nullable: true })
  machine!: MachineRole | null;

  /** Set by us alone: without it no machine grant is ever answered (AS-21). */
  @Column('boolean', { default: false })
  privileged!: boolean;

  /** Access tokens of it issued at or before it are dead; whole seconds since 1970. */
  @Column('integer', { nullable: true })
  epoch!: number | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** May connect devices (RFC 8628). Set by us alone (AS-21). */
  @Column('boolean', { name: 'device_flow', default: false })
  deviceFlow!: boolean;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** Removed for being idle, by nobody's wish: it may come back while its tombstone lasts (AS-24). */
  @Column('boolean', { default: false })
  revivable!: boolean;

  @Column('timestamptz', { name: 'revived_at', nullable: true })
  revivedAt!: Date | null;
}
