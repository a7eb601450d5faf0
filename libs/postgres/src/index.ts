export { connectPostgres, migratePostgres, openPostgres, type PostgresOptions } from './connect.ts';
export { isDataException, isUniqueViolation } from './errors.ts';
export { SchemaBehindError } from './migrations.ts';
export { inTransaction } from './statements/in-transaction.ts';
export { posted, prepared, type Statement } from './statements/prepared.ts';
export { postRow } from './statements/post-row.ts';
export { columnsOf, rowStatement } from './statements/row-statement.ts';
export { SharedReader } from './statements/shared-reader.ts';
export { Transaction } from './statements/transaction.ts';
