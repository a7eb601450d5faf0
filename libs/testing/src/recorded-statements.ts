import { readFileSync } from 'node:fs';

type Query = (text: string, values?: unknown[]) => Promise<object[]>;

/** Statements of a release, one a line, as `npm run record:statements` wrote them. */
export const readStatements = (file: string | URL): string[] => (readFileSync(file, 'utf8').trimEnd().split('\n')).map((line) => JSON.parse(line) as string);

interface Plan {
  'Operation'?: string;
  'Schema'?: string;
  'Relation Name'?: string;
  'Output'?: string[];
  'Plans'?: Plan[];
}

interface Column { name: string; demanded: boolean }

const columnsSql = `
  SELECT attname AS name, attnotnull AND NOT attisdropped AND attgenerated = '' AS demanded
  FROM pg_attribute WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0 ORDER BY attnum`;

/** Columns that may not be null, have no default, and are not among those that an insertion gives. */
async function notGiven(query: Query, plan: Plan): Promise<string[]> {
  const missing: string[] = [];
  for (const part of plan.Plans ?? []) missing.push(...(await notGiven(query, part)));
  const given = plan.Plans?.[0]?.Output;
  if (plan.Operation !== 'Insert' || given === undefined) return missing;
  const columns = (await query(columnsSql, [plan.Schema, plan['Relation Name']])) as Column[];
  // What an insertion leaves out stands there as its default.
  columns.forEach(({ name, demanded }, at) => {
    if (demanded && given[at]?.startsWith('NULL::') === true) missing.push(`${String(plan['Relation Name'])}.${name}`);
  });
  return missing;
}

/**
 * Statements that a schema does not serve. Each is planned and not run: a table, column or function that is gone, a type that fits no longer, a
 * conflict that nothing recognizes any more, and a column that nobody used to give are found without a single row.
 * @returns what is wrong, with the statement
 */
export async function unserved(query: Query, statements: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const statement of statements) {
    try {
      const [row] = (await query(`EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) ${statement}`)) as { 'QUERY PLAN': { Plan: Plan }[] }[];
      const missing = await notGiven(query, row?.['QUERY PLAN'][0]?.Plan ?? {});
      if (missing.length > 0) wrong.push(`${missing.join()} must be given: ${statement}`);
    } catch (error) {
      wrong.push(`${(error as Error).message}: ${statement}`);
    }
  }
  return wrong;
}
