import pg from 'pg';
import type { Statement } from './prepared.ts';

/** A statement of ours on its way. The driver copies what it is asked with property by property, which takes longer than to send it. */
export class NamedQuery extends pg.Query {
  readonly name: string;

  constructor({ name, text }: Statement, values: unknown[]) {
    super(text, values);
    this.name = name;
  }
}
