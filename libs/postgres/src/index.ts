export { connectPostgres, openPostgres, type PostgresOptions } from './connect.ts';
export { isUniqueViolation } from './errors.ts';
