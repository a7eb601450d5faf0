import { z } from 'zod';

const parses = (text: string, ...protocols: string[]): boolean => URL.canParse(text) && protocols.includes(new URL(text).protocol);

/** What leads to Postgres. */
export const databaseUrlSchema = z.string()
  .refine((text) => parses(text, 'postgres:', 'postgresql:'), 'must be postgres://user:password@host:5432/database, with what is special in the password percent-encoded');

/** What leads to NATS: one server, or several with commas between them. */
export const natsUrlSchema = z.string().refine(
  (text) => text.split(',').every((part) => parses(part.includes('://') ? part.trim() : `nats://${part.trim()}`, 'nats:', 'tls:')),
  'must be nats://user:password@host:4222, or several such with commas, with what is special in the password percent-encoded',
);
