/**
 * JSON in its one canonical form, RFC 8785: members sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes
 * them.
 * @throws TypeError for what JSON cannot say, and for halves of surrogate pairs (section 3.2.2.2)
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string') return stringOf(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${typeof value} like this`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${stringOf(name)}:${canonicalJson(member)}`).join(',')}}`;
}

function stringOf(text: string): string {
  if (/\p{Cs}/u.test(text)) throw new TypeError('half of a surrogate pair');
  return JSON.stringify(text);
}
