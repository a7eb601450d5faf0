import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { judge, violationsIn } from '@latchkey/testing';
import type { Page } from 'playwright-core';
import { repository } from '../../harness/repository.ts';

const desktop = { width: 1280, height: 800 };
export const phone = { width: 360, height: 740 };

/** Kept of every run, for whoever wants to see what it looks like. */
const pictures = join(repository, '.artifacts/screenshots');

/** What a page is made of that could only come out of a name; nothing of ours is an image, a frame or a script that stands in the page. */
const foreign = `[...document.querySelectorAll('[data-evil], img, iframe, object, embed, script:not([src]), [onerror], [onload], [onclick], [onmouseover], a[href^="javascript:" i], form[action^="javascript:" i], base')].map((element) => element.outerHTML.slice(0, 120))`;

async function inScheme(page: Page, colorScheme: 'light' | 'dark', marked: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme });
  if (marked) await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' });
}

export interface Findings {
  [what: string]: string[];
}

interface WalkOptions {
  /** Below the folder of pictures */
  name: string;
  /** Whether it says in the page which colours it has (the console does), rather than in its stylesheet alone */
  marked: boolean;
  /** Whether axe-core looks at it here; not where other tests do that */
  judged: boolean;
  /** Much like another one: only what stands in it is looked at */
  brief?: boolean;
}

/**
 * Looks at a page, which is loaded once, in three ways: as it is on a desktop by day and by night, and on a phone. Keeps a picture of each.
 * @returns what is wrong with it, by kind; nothing where all is well
 */
export async function look(page: Page, { name, marked, judged, brief = false }: WalkOptions): Promise<Findings> {
  const found: Findings = { foreign: (await page.evaluate(foreign)) as string[] };
  if (brief) return all(found);
  const keep = async (as: string) => {
    const path = join(pictures, `${name}.${as}.png`);
    mkdirSync(join(path, '..'), { recursive: true });
    await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  };
  await keep('light');
  await inScheme(page, 'dark', marked);
  if (judged) {
    await judge(page);
    // Only colours differ by night.
    found['by night'] = await violationsIn(page, { runOnly: ['color-contrast'] });
  }
  await keep('dark');
  await inScheme(page, 'light', marked);
  await page.setViewportSize(phone);
  if (judged) found['on a phone'] = await violationsIn(page, {});
  found['wider than a phone'] = (await page.evaluate(`document.documentElement.scrollWidth > ${phone.width} ? [String(document.documentElement.scrollWidth)] : []`)) as string[];
  await keep('360');
  await page.setViewportSize(desktop);
  return all(found);
}

/** What there is of it. */
const all = (found: Findings): Findings => Object.fromEntries(Object.entries(found).filter(([, what]) => what.length > 0));
