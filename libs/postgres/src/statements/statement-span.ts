import { currentSpan, type TracedSpan } from '@latchkey/telemetry';

/** Begins a span of a statement, where what it is for is recorded. Its name is one that we gave; what is asked with it is nobody's business. */
export function beginStatement(name: string): TracedSpan | undefined {
  const span = currentSpan();
  return span?.recorded === true ? span.child(name, { kind: 'client', attributes: { 'db.system.name': 'postgresql' } }) : undefined;
}

const verb = /^\s*(\w+)/;
const table = /\b(?:FROM|INTO|UPDATE)\s+(?:"?\w+"?\.)?"?([a-z_]\w*)"?/i;

/** What the mapper asks, by verb and table: `SELECT users`. The text itself may hold values. */
export function nameOfSql(sql: unknown): string {
  if (typeof sql !== 'string') return 'query';
  return [verb.exec(sql)?.[1]?.toUpperCase() ?? 'query', table.exec(sql)?.[1] ?? []].flat().join(' ');
}
