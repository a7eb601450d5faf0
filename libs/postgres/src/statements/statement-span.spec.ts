import { nameOfSql } from './statement-span.ts';

describe('nameOfSql', () => {
  it.each([
    ['SELECT "User"."id" AS "User_id" FROM "identity"."users" "User" WHERE "User"."email" = $1', 'SELECT users'],
    ["INSERT INTO thing VALUES ('a secret')", 'INSERT thing'],
    ["UPDATE outbox SET record = 'a secret'", 'UPDATE outbox'],
    ['DELETE FROM "keys"."personal_access_tokens" WHERE id = $1', 'DELETE personal_access_tokens'],
    ['START TRANSACTION', 'START'],
    ['COMMIT', 'COMMIT'],
    ['WITH old AS (SELECT id FROM artifacts LIMIT 5) DELETE FROM artifacts', 'WITH artifacts'],
    ['', 'query'],
    [undefined, 'query'],
  ])('%s', (sql, name) => {
    expect(nameOfSql(sql)).toBe(name);
  });
});
