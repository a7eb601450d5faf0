// Loaded into each spec file by `npm run record:statements`: notes what a service asks its database, each statement once. What a spec asks by itself
// is among it, and rests on the same tables.
import { appendFileSync } from 'node:fs';
import pg from 'pg';

const kinds = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;
const noted = new Set();
const { query } = pg.Client.prototype;

pg.Client.prototype.query = function note(config, ...rest) {
  const statement = typeof config === 'string' ? config : config?.text;
  const schema = /search_path=(\w+)/.exec(this.connectionParameters?.options ?? '')?.[1];
  const line = JSON.stringify({ schema, statement });
  if (typeof statement === 'string' && kinds.test(statement) && !noted.has(line)) {
    noted.add(line);
    appendFileSync(process.env.LATCHKEY_STATEMENTS_FILE, `${line}\n`);
  }
  return query.call(this, config, ...rest);
};
