import { createHash } from 'node:crypto';
import { stylesheet } from './stylesheet.ts';

export interface Asset {
  type: string;
  body: string;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#1d4ed8"/><g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"><circle cx="9" cy="9" r="3.5"/><path d="M11.6 11.6 18 18m-2.6-2.6 1.6-1.6"/></g></svg>`;

const files = new Map<string, Asset>();

/** Names a file by its content, so that it may be cached for ever. */
function publish(stem: string, extension: string, asset: Asset): string {
  const name = `${stem}-${createHash('sha256').update(asset.body).digest('hex').slice(0, 16)}.${extension}`;
  files.set(name, asset);
  return `/assets/${name}`;
}

export const stylesheetPath = publish('latchkey', 'css', { type: 'text/css; charset=utf-8', body: stylesheet });
export const iconPath = publish('latchkey', 'svg', { type: 'image/svg+xml', body: icon });

export const findAsset = (name: string): Asset | undefined => files.get(name);
