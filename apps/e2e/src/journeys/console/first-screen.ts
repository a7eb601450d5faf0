import type { Page } from 'playwright-core';

export interface FirstScreen {
  /** What went over the wire, by kind, in bytes */
  script: number;
  style: number;
  font: number;
  /** From the click to the first figures, by the browser's own clock */
  shownMs: number;
  loadedMs: number;
}

const ask = `(() => {
  const files = performance.getEntriesByType('resource');
  const size = (ending) => files.filter(({ name }) => new URL(name).pathname.endsWith(ending)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  const [navigation] = performance.getEntriesByType('navigation');
  return { script: size('.js'), style: size('.css'), font: size('.woff2') + size('.woff') + size('.ttf'), shownMs: Math.round(performance.now()), loadedMs: Math.round(navigation.loadEventEnd) };
})()`;

/** Opens the console in a browser that has none of it yet, until its first screen shows what it is for. */
export async function openFirstScreen(page: Page, address: string): Promise<FirstScreen> {
  await page.goto(address);
  await page.getByRole('heading', { name: 'What to do next' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Register an MCP server' }).waitFor();
  return (await page.evaluate(ask)) as FirstScreen;
}

export const inWords = ({ script, style, font, shownMs, loadedMs }: FirstScreen): string =>
  `first screen: JavaScript ${kilobytes(script)}, CSS ${kilobytes(style)}, fonts ${kilobytes(font)}; loaded after ${loadedMs} ms, shown after ${shownMs} ms`;

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
