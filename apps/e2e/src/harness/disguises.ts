/**
 * The forms in which a secret may stand in a text: as it is, in JSON, in a URL, in hexadecimal, and in base64, also as a part of something
 * longer, as the password of a Basic header is.
 */
export function disguisesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    // What stands in front and behind takes part in the characters at the ends.
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const inUrl = [encodeURIComponent(secret), new URLSearchParams({ secret }).toString().slice('secret='.length)];
  const forms = [secret, JSON.stringify(secret).slice(1, -1), ...inUrl, ...inUrl.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())), bytes.toString('hex'), ...inBase64, ...inBase64.map(toUrlAlphabet)];
  return [...new Set(forms)];
}

const toUrlAlphabet = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_');
