import { html, type Html, type Insertable } from './html.ts';
import { layout } from './layout.ts';

/** A page that only says something. */
export function messagePage({ title, paragraphs, after }: { title: string; paragraphs: readonly Insertable[]; after?: Html }): string {
  const body = html`<h1>${title}</h1>${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}${after}`;
  return layout({ title, body });
}
