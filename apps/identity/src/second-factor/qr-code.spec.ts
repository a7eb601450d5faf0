import { verifies } from '@latchkey/testing';
import decodeQR from 'qr/decode.js';
import { otpauthLink, newSecret } from './one-time-codes.ts';
import { qrCode } from './qr-code.ts';

/** The picture as a camera sees it. */
function photographed(svg: string): { width: number; height: number; data: Uint8Array } {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const pixels = 4;
  const [width, data] = [size * pixels, new Uint8Array((size * pixels) ** 2 * 4).fill(255)];
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < pixels; row += 1) {
      const from = ((Number(y) * pixels + row) * width + Number(x) * pixels) * 4;
      for (let at = 0; at < pixels; at += 1) data.fill(0, from + at * 4, from + at * 4 + 3);
    }
  }
  return { width, height: width, data };
}

describe('qrCode', () => {
  verifies('I14', 'shows what the app is to be given, and nothing of it in words', () => {
    for (const email of ['ann@example.com', `${'long'.repeat(15)}@${'x'.repeat(60)}.example`, 'жук@пример.рф']) {
      const link = otpauthLink(newSecret(), email);
      const { text } = qrCode(link, 'The "key"');
      expect(decodeQR(photographed(text))).toBe(link);
      expect(text).not.toContain('otpauth');
      expect(text).toContain('aria-label="The &quot;key&quot;"');
    }
  });
});
