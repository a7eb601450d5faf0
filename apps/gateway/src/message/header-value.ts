const prefix = '=?base64?';
const suffix = '?=';
const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The text that an `Mcp-Name` or `Mcp-Param-*` header stands for: itself, or what its `=?base64?...?=` carries (MCP 2026-07-28, standard
 * request headers).
 * @returns null where the base64 or the UTF-8 in it is broken
 */
export function decodeHeaderValue(value: string): string | null {
  if (!value.startsWith(prefix) || !value.endsWith(suffix) || value.length < prefix.length + suffix.length) return value;
  const encoded = value.slice(prefix.length, -suffix.length);
  if (!canonical.test(encoded)) return null;
  const bytes = Buffer.from(encoded, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : null;
}
