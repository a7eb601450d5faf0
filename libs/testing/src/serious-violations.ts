import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe-core finds wrong with a page at the levels that keep somebody out: `<rule>: <element>` of each, in both colours. Evaluated through the debugger,
 * so the pages' own policy, which allows no script, stays as it is.
 */
export async function seriousViolations(page: Page): Promise<string[]> {
  await judge(page);
  const inLight = await violationsIn(page, {});
  // Only colours differ in the dark.
  await page.emulateMedia({ colorScheme: 'dark' });
  return [...inLight, ...(await violationsIn(page, { runOnly: ['color-contrast'] })).map((violation) => `in the dark, ${violation}`)];
}

/** Brings axe-core into a page, once for as long as the page is loaded. */
export async function judge(page: Page): Promise<void> {
  if (await page.evaluate("typeof axe === 'object'")) return;
  // Loaded only by who asks, as the browser is.
  const { default: axe } = await import('axe-core');
  await page.evaluate(axe.source);
}

/** What is on its way from one look to another. Loaders turn for ever, and are not waited for. */
const moving = `Promise.all(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished.catch(() => undefined)))`;

/** What it finds wrong with a page as it is now, once colours have come to rest: half-way between day and night nothing has contrast. @param within  a selector, where only a part is judged */
export async function violationsIn(page: Page, options: RunOptions, within?: string): Promise<string[]> {
  // A frame, so that what a change of the colours sets going has begun.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await page.evaluate(`${moving}.then(() => undefined)`);
  // Only what is wrong leaves the page: all that is right is much more.
  const violations = (await page.evaluate(`axe.run(${within === undefined ? 'document' : JSON.stringify(within)}, ${JSON.stringify({ resultTypes: ['violations'], ...options })}).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))`)) as AxeResults['violations'];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}
