import type { Statement } from '@latchkey/postgres';

/** Answers that another statement has brought along: each is given once, and as often as it was noted. */
export class Foresight {
  private readonly answers = new Map<string, unknown[][]>();
  /** Of statements that something was ever noted of: most are asked without. */
  private readonly names = new Set<string>();

  note(statement: Statement, values: unknown[], rows: unknown[]): void {
    const question = questionOf(statement, values);
    this.names.add(statement.name);
    this.answers.set(question, [...(this.answers.get(question) ?? []), rows]);
  }

  take<Row>(statement: Statement, values: unknown[]): Row[] | undefined {
    if (this.answers.size === 0 || !this.names.has(statement.name)) return undefined;
    const question = questionOf(statement, values);
    const [rows, ...others] = this.answers.get(question) ?? [];
    if (others.length === 0) this.answers.delete(question);
    else this.answers.set(question, others);
    return rows as Row[] | undefined;
  }
}

const questionOf = ({ name }: Statement, values: unknown[]): string =>
  [name, ...values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))].join('\0');
