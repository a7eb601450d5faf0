import type { MintedPat } from '@latchkey/contracts';
import type { Printer } from '../../printer.ts';
import { keyText } from './columns.ts';

/** The token alone is what goes to standard output, so that it can be sent on without anybody's seeing it. */
export function showOnce(print: Printer, key: MintedPat): void {
  if (!print.json) print.note(`${keyText(key)}\nThe token is shown here and never again:`);
  print.show(key, `${key.token}\n`);
}
