import { homeQuestions } from '@latchkey/contracts';
import { html, type Html } from '../../pages/html.ts';

/** What the scripts of the page will ask first is asked by the browser at once: the page names it, and the scripts find the answer already on its way. */
export interface FirstQuestions {
  /** Of the first screen of which organization; none where another screen comes first */
  home: { org: string; user: string } | null;
  nowMs: number;
}

/** Behind the scripts and styles of the page: a browser has six connections to a server, and those come first. */
export function firstQuestions({ home, nowMs }: FirstQuestions): Html {
  const asked = ['/me', ...(home === null ? [] : Object.values(homeQuestions({ ...home, nowMs })))];
  return html`${asked.map((path) => html`<link rel="preload" as="fetch" crossorigin href="/console/api${path}">`)}`;
}
