/** What hides or turns round its neighbours: control, format and direction characters. The pages of identity drop the same. */
const disguises = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name that somebody else chose, as one short line. React escapes it; this is about what no escaping helps against. */
export function shown(text: string, maxLength = 80): string {
  const plain = text.replace(disguises, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...plain];
  return characters.length <= maxLength ? plain : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** Such a name in a sentence, which it cannot rearrange. */
export const Foreign = ({ children, max }: { children: string; max?: number }) => <bdi className="foreign">{shown(children, max)}</bdi>;
