import { displayNameSchema } from '@latchkey/contracts';
import { foreignText } from '../pages/foreign-text.ts';

/** A client's name for the audit log; strangers choose names that no log could hold. */
export function auditName(metadata: Record<string, unknown>): { name?: string } {
  const name = displayNameSchema.safeParse(foreignText(typeof metadata.client_name === 'string' ? metadata.client_name : ''));
  return name.success ? { name: name.data } : {};
}
