export { connectPostgres, openPostgres, type PostgresOptions } from './connect.ts';
export { isDataException, isUniqueViolation } from './errors.ts';
