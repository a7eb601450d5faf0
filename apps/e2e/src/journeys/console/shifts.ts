import type { Page } from 'playwright-core';

/** Beyond this much of the window, times the way it went, a page is felt to jump (web.dev/cls calls less than 0.1 good). */
const allowed = 0.1;

/** Runs before anything of a page. What follows a key or a click within half a second is what was asked for, and does not count. */
export const watchShifts = `(() => {
  const seen = (window.layoutShifts = []);
  const name = (node) => (node === null ? 'something that is gone' : (node.outerHTML ?? node.textContent ?? '').slice(0, 100));
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) if (!hadRecentInput) seen.push({ value, moved: sources.map(({ node }) => name(node)) });
  }).observe({ type: 'layout-shift', buffered: true });
})()`;

interface Shift {
  value: number;
  moved: string[];
}

/** @returns what has moved since the page was loaded, where that is more than anybody should see */
export async function shiftsIn(page: Page): Promise<string[]> {
  // A frame more, so that what was painted last is reported.
  const shifts = (await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(window.layoutShifts))))')) as Shift[];
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  return sum < allowed ? [] : shifts.map(({ value, moved }) => `${value.toFixed(3)}: ${moved.join(' | ')}`);
}
