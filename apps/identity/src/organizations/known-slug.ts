import { slugSchema } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';

/** A slug out of a path. What cannot be one names nothing, and may be text that no column can hold. @throws Problem `not_found` */
export function knownSlug(text: string): string {
  const slug = slugSchema.safeParse(text);
  if (!slug.success) throw new Problem('not_found');
  return slug.data;
}
