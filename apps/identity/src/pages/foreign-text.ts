/**
 * A name that somebody else chose, fit to be shown: without control and direction characters, by which it could disguise itself or its
 * neighbours, on one line and not too long.
 */
export function foreignText(text: string, maxLength = 80): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...plain];
  return characters.length <= maxLength ? plain : `${characters.slice(0, maxLength - 1).join('')}…`;
}
