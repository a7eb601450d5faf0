import { writers, type Writer } from '@latchkey/contracts';

/** A state that a caller was told of, as `consistency`: of one subject of a feed, from a version on. */
export interface WantedState {
  writer: Writer;
  subject: string;
  version: number;
}

const form = new RegExp(`^feed\\.(${writers.join('|')})\\.[a-z_]{1,32}(?:\\.~?[A-Za-z0-9_-]{1,64})?@([1-9][0-9]{0,14})$`);

/** @returns null for what no answer of ours ever said */
export function readConsistency(text: string): WantedState | null {
  const [, writer, version] = form.exec(text) ?? [];
  if (writer === undefined) return null;
  return { writer: writer as Writer, subject: text.slice(0, text.indexOf('@')), version: Number(version) };
}
