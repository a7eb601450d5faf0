import { z } from 'zod';

/** Base64 of 32 bytes each, comma-separated: the first encrypts, all decrypt. */
export const masterKeysSchema = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => /^[A-Za-z0-9+/_-]{43}=?$/.test(part)), 'must be 32 bytes in base64 (openssl rand -base64 32 makes them), or a comma-separated list of such keys')
  .transform((parts) => parts.map((part) => Buffer.from(part, 'base64')));
