import encodeQR from 'qr';
import { html, type Html } from '../pages/html.ts';

/** What a scanner needs to be left free around it, in modules (ISO/IEC 18004). */
const quietZone = 4;

/** A text as a picture that a phone reads: drawn in the page, for what it says is secret, and an address would be kept in places. */
export function qrCode(text: string, label: string): Html {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: quietZone });
  const path = modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const size = modules.length;
  return html`<svg role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" width="220" height="220" shape-rendering="crispEdges">
<rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
}
