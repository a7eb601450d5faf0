import { QueryFailedError } from 'typeorm';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, class 23 */
const uniqueViolation = '23505';

/** What a statement fails by leaves its connection as good as it was, and nothing of its transaction: SQLSTATE, but for the classes of connections that end. */
export const isOfStatement = (error: unknown): boolean => /^(?!08|57P)[\dFHPX][\dA-Z]{4}$/.test(String((error as { code?: unknown } | null)?.code));

/** Class 22: a value that its column cannot hold or be compared with, such as a text that is no id, or a year that there never was. */
export function isDataException(error: unknown): boolean {
  const code = error instanceof QueryFailedError ? (error.driverError as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code.startsWith('22');
}

/**
 * Whether a write was refused because the row, or another with the same unique value, exists.
 * @param constraint  name of the one constraint or unique index that is meant; any of them when left out
 */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause = error.driverError as { code?: unknown; constraint?: unknown };
  return cause.code === uniqueViolation && (constraint === undefined || cause.constraint === constraint);
}
