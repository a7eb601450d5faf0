import { z } from 'zod';

/** An e-mail address as accounts know it: trimmed and in lower case. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email());

/** The key under which attempts on an address are counted, whether or not it is well formed. */
export const normalizedEmail = (text: string): string => text.trim().toLowerCase().slice(0, 254);
