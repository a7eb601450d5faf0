import { foreignText } from './foreign-text.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';

export interface ErrorPageOptions {
  title: string;
  /** What went wrong, in plain words. */
  message: Html | string;
  /** What the reader can do. */
  hint?: Html | string;
  /** For whoever maintains the client: OAuth error, description, offending value. Shown as text, however it was made. */
  details?: Readonly<Record<string, string | undefined>>;
}

/** An error that stays here: nothing is redirected to an address that was not proven to be the client's (AS-93). */
export function errorPage({ title, message, hint, details = {} }: ErrorPageOptions): string {
  const facts = Object.entries(details).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
  const body = html`<h1>${title}</h1>
<div class="notice bad" role="alert"><p>${message}</p></div>
${hint !== undefined && html`<p>${hint}</p>`}
${facts.length > 0 && html`<h2>Details for the developer of the program</h2>
<dl class="facts small">${facts.map(([name, value]) => html`<dt>${name}</dt><dd><code>${foreignText(value, 500)}</code></dd>`)}</dl>`}`;
  return layout({ title, body });
}
