/** A member name that is one escape and nothing else. In valid JSON, a quote after one of these begins a string, and a string before a colon is a name. */
const oneEscape = /(?<=[{,\s])"\\(?:u([0-9a-fA-F]{4})|([^u]))"(?=\s*:)/g;
const needsEscape = /["\\\u0000-\u001f]/;

/**
 * Valid JSON with its names of one character spelled without an escape. V8 looks such a name up by the backslash before it decodes it, once any
 * text with a name `\\` was parsed in the process: `{"\u00e9":1}` then reads `{"\\":1}`, and whoever sends the one spoils the other for everybody.
 * @returns null where a name of one character cannot be spelled plainly, and so not be read with certainty
 * @see https://github.com/nodejs/node/issues/63785
 */
export function plainNames(text: string): string | null {
  // Hot path: hardly any message has a name that begins with an escape.
  if (!text.includes('"\\')) return text;
  let certain = true;
  const plain = text.replace(oneEscape, (name: string, code: string | undefined) => {
    const char = code === undefined ? (JSON.parse(name) as string) : String.fromCharCode(parseInt(code, 16));
    if (!needsEscape.test(char)) return `"${char}"`;
    certain &&= char === '\\';
    return name;
  });
  return certain ? plain : null;
}
