/** What a statement of an earlier release rests on. */
interface Column { type: string; nullable: boolean; filled: boolean }
interface Rule { definition: string; kind: string; columns: string[] }
export interface Catalogue {
  /** By `table.column` */
  columns: ReadonlyMap<string, Column>;
  /** By `table name`: checks, foreign keys, unique and primary keys, unique indexes */
  rules: ReadonlyMap<string, Rule>;
}

type Query = (text: string, values: unknown[]) => Promise<object[]>;

const columnsSql = `
  SELECT t.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
    a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '' AS filled
  FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
  WHERE t.relnamespace = to_regnamespace($1) AND t.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND t.relname <> 'migrations'`;

const rulesSql = `
  SELECT t.relname || ' ' || c.conname AS name, pg_get_constraintdef(c.oid) AS definition, c.contype::text AS kind,
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY(c.conkey)) AS columns
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
  WHERE t.relnamespace = to_regnamespace($1) AND c.contype IN ('c', 'f', 'p', 'u', 'x') AND t.relname <> 'migrations'
  UNION ALL
  SELECT t.relname || ' ' || i.relname, regexp_replace(pg_get_indexdef(i.oid), 'INDEX \\S+ ON', 'INDEX ON'), 'u',
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY(x.indkey))
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
  WHERE t.relnamespace = to_regnamespace($1) AND x.indisunique AND t.relname <> 'migrations'
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)`;

/** What a schema holds at this moment, as far as statements rest on it. */
export async function catalogueOf(query: Query, schema: string): Promise<Catalogue> {
  const columns = (await query(columnsSql, [schema])) as (Column & { name: string })[];
  const rules = (await query(rulesSql, [schema])) as (Rule & { name: string })[];
  return { columns: new Map(columns.map(({ name, ...column }) => [name, column])), rules: new Map(rules.map(({ name, ...rule }) => [name, rule])) };
}

const tableOf = (name: string): string => name.split(/[. ]/, 1)[0] ?? '';

/**
 * What a release that was written for `before` can no longer do on `after`: read a column, leave one out, write what was allowed, rely on what was
 * unique. A schema that only grows breaks nothing.
 */
export function breaksOf(before: Catalogue, after: Catalogue): string[] {
  const breaks: string[] = [];
  const knownTables = new Set([...before.columns.keys()].map(tableOf));
  for (const [name, old] of before.columns) {
    const now = after.columns.get(name);
    if (now === undefined) breaks.push(`${name} is gone`);
    else if (now.type !== old.type) breaks.push(`${name} was ${old.type} and is ${now.type}`);
    else if (old.nullable && !now.nullable) breaks.push(`${name} may no longer be null`);
    else if (old.filled && !now.filled && !now.nullable) breaks.push(`${name} no longer has a default`);
  }
  for (const [name, now] of after.columns) {
    if (!before.columns.has(name) && knownTables.has(tableOf(name)) && !now.nullable && !now.filled) breaks.push(`${name} is new and must be given`);
  }
  const old = new Map([...before.rules].map(([name, rule]) => [`${tableOf(name)} ${rule.definition}`, name]));
  const kept = new Set([...after.rules].map(([name, rule]) => `${tableOf(name)} ${rule.definition}`));
  for (const [name, { definition, kind, columns }] of after.rules) {
    const table = tableOf(name);
    // What is about new columns only is met by their default, or by null; one value for all is not unique.
    const isMet = columns.length > 0 && columns.every((column) => !before.columns.has(`${table}.${column}`) && (kind !== 'u' || after.columns.get(`${table}.${column}`)?.nullable === true));
    if (knownTables.has(table) && !old.has(`${table} ${definition}`) && !isMet) breaks.push(`${name} is demanded anew`);
  }
  for (const [key, name] of old) {
    const { kind } = before.rules.get(name) ?? { kind: '' };
    // ON CONFLICT names what is unique; to lose a check or a reference breaks no statement.
    if (['p', 'u'].includes(kind) && !kept.has(key) && [...after.columns.keys()].some((column) => tableOf(column) === tableOf(name))) breaks.push(`${name} is no longer unique`);
  }
  return breaks.sort();
}
