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
  // Plain concatenation and the default order, which is that of UTF-16 code units: every event of the audit log passes here.
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) members += `${members === '' ? '' : ','}${stringOf(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

function stringOf(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('half of a surrogate pair');
  return JSON.stringify(text);
}
