import type { Page } from 'playwright-core';

export interface FirstScreen {
  /** What went over the wire, by kind, in bytes */
  script: number;
  style: number;
  font: number;
  /** From the click to the last figure, by the browser's own clock */
  shownMs: number;
  loadedMs: number;
  /** What had to be drawn, and what of it is only there in case somebody opens it */
  elements: number;
  closed: number;
  /** Characters of style that were worked out by scripts */
  workedOut: number;
  /** All that was asked for until it was shown, in order of the alphabet; what was asked twice is there twice */
  asked: string[];
  /** What the page itself names, so that it is asked for before any script has run */
  named: string[];
  /** What of the API the page brought the answer to, so that nobody has to ask */
  brought: string[];
  /** The page as it came */
  page: string;
}

/** Takes the time when the last of it is there, in the page: whoever asks from outside comes later. */
const watch = `new MutationObserver((_changes, observer) => {
  if (document.querySelector('.figures') === null || document.querySelector('#next') === null || document.querySelector('main .mantine-Skeleton-root') !== null) return;
  window.shownAt = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })`;

const ask = `(() => {
  const files = performance.getEntriesByType('resource');
  const size = (ending) => files.filter(({ name }) => new URL(name).pathname.endsWith(ending)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  const [navigation] = performance.getEntriesByType('navigation');
  const path = (name) => name.slice(location.origin.length);
  const asked = files.map(({ name }) => path(name)).sort();
  const workedOut = [...document.querySelectorAll('style')].reduce((sum, { textContent }) => sum + textContent.length, 0);
  const drawn = { elements: document.querySelectorAll('body *').length, closed: document.querySelectorAll('[role="listbox"], [role="menu"], [role="dialog"], .mantine-Popover-dropdown').length, workedOut };
  return { ...drawn, asked, script: size('.js'), style: size('.css'), font: size('.woff2') + size('.woff') + size('.ttf'), shownMs: Math.round(window.shownAt), loadedMs: Math.round(navigation.loadEventEnd) };
})()`;

/** Opens the console in a browser that has none of it yet, until its first screen shows what it is for. */
export async function openFirstScreen(page: Page, address: string): Promise<FirstScreen> {
  await page.addInitScript(watch);
  const answer = await page.goto(address);
  await page.getByRole('heading', { name: 'What to do next' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Register an MCP server' }).waitFor();
  await page.locator('main .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  const seen = (await page.evaluate(ask)) as Omit<FirstScreen, 'named' | 'brought' | 'page'>;
  // Neither picture in the tab is on the screen.
  const ofTheScreen = (paths: string[]) => paths.filter((path) => !path.endsWith('.svg'));
  const text = (await answer?.text()) ?? '';
  const named = [...text.matchAll(/ (?:src|href)="(\/console\/(?:assets|api)\/[^"]+)"/g)].map(([, path = '']) => path).sort();
  return { ...seen, asked: ofTheScreen(seen.asked), named: ofTheScreen(named), brought: broughtBy(text), page: text };
}

/** Paths of the answers within a page, without their queries. */
export const broughtBy = (page: string): string[] => [...page.matchAll(/<template data-answer="([^"?]+)/g)].map(([, path = '']) => path);

export const inWords = ({ script, style, font, shownMs, loadedMs, elements, workedOut }: FirstScreen): string =>
  `first screen: JavaScript ${kilobytes(script)}, CSS ${kilobytes(style)}, fonts ${kilobytes(font)}; ${elements} elements, styles of scripts ${kilobytes(workedOut)}; loaded after ${loadedMs} ms, shown after ${shownMs} ms`;

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
