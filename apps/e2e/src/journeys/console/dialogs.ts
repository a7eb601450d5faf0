import { judge, violationsIn } from '@latchkey/testing';
import type { Page } from 'playwright-core';
import { phone } from './walk.ts';

/** What is pressed, with a keyboard, until a dialog or a menu stands open: the beginning of a button's name, and one of the menu that it opens. */
export interface Way {
  press: string;
  choose?: string;
  /** The menu itself is what is looked at */
  menu?: true;
  /** It is a field, and what is looked at is the list that it offers */
  list?: true;
}

const [dialogs, menus] = ['[role="dialog"]', '[role="menu"]'];

/** A list, and the field that offers it: focus stays in that one. */
const lists = '[role="listbox"], [aria-haspopup="listbox"][aria-expanded="true"]';

const focusIn = (page: Page, within: string) => page.locator(`${within}:focus-within`).first().waitFor();

/** Judges what stands open alone, by day and by night; the page behind it is judged when nothing does. */
async function judged(page: Page, within: string): Promise<string[]> {
  await judge(page);
  const byDay = await violationsIn(page, {}, within);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
  const byNight = await violationsIn(page, { runOnly: ['color-contrast'] }, within);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('html[data-mantine-color-scheme="light"]').waitFor({ state: 'attached' });
  return [...byDay, ...byNight.map((violation) => `by night, ${violation}`)];
}

/**
 * Opens what a way leads to, by keyboard: focus goes into it, Escape closes it, and focus is back where it was.
 * @returns what axe-core finds wrong with it
 */
export async function tryWay(page: Page, { press, choose, menu }: Way): Promise<string[]> {
  const opener = page.getByRole('button', { name: new RegExp(`^${press}`) }).first();
  await opener.press('Enter');
  if (choose !== undefined) await page.getByRole('menu').getByRole('menuitem', { name: choose, exact: true }).press('Enter');
  const open = page.getByRole(menu === true ? 'menu' : 'dialog');
  await open.waitFor();
  await focusIn(page, menu === true ? menus : dialogs);
  await page.locator('[role="dialog"] [aria-busy="true"], [role="dialog"] .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  const found = await judged(page, menu === true ? menus : dialogs);
  await page.keyboard.press('Escape');
  await open.waitFor({ state: 'detached' });
  await opener.and(page.locator(':focus')).waitFor();
  return found.map((violation) => `${press}${choose === undefined ? '' : `, ${choose}`}: ${violation}`);
}

/**
 * Opens the list of a field by keyboard; Escape closes it, and whoever chooses nothing is in the field as before.
 * @returns what axe-core finds wrong with either
 */
export async function tryList(page: Page, { press }: Way): Promise<string[]> {
  const field = page.getByLabel(new RegExp(`^${press}`)).and(page.locator('[aria-haspopup="listbox"]')).first();
  await field.press('ArrowDown');
  await page.getByRole('listbox').getByRole('option').first().waitFor();
  // Who does not see it is told that it is open, and which it is.
  await field.and(page.locator('[role="combobox"][aria-expanded="true"][aria-controls]')).waitFor();
  const found = await judged(page, lists);
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor({ state: 'detached' });
  await field.and(page.locator(':focus')).waitFor();
  return found;
}

/** A secret that is shown once does not go by Escape alone: it asks, in the same dialog, and stays when asked to. */
export async function trySecret(page: Page): Promise<string[]> {
  const dialog = page.getByRole('dialog');
  await page.getByTestId('secret').waitFor();
  await focusIn(page, dialogs);
  const found = await judged(page, dialogs);
  await page.keyboard.press('Escape');
  await dialog.getByRole('alert', { name: 'Leave without copying it?' }).waitFor();
  found.push(...(await judged(page, dialogs)));
  await dialog.getByRole('button', { name: 'Stay' }).press('Enter');
  await dialog.getByRole('button', { name: 'Copy the secret' }).press('Enter');
  await dialog.getByRole('button', { name: 'Copied' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('secret').waitFor({ state: 'detached' });
  return found;
}

/** On a phone the menu of screens lies over the screen, and is a layer like any other. */
export async function tryMenuOnPhone(page: Page): Promise<string[]> {
  const before = page.viewportSize();
  await page.setViewportSize(phone);
  const burger = page.getByRole('button', { name: 'Open the menu' });
  await burger.press('Enter');
  await focusIn(page, 'nav');
  const found = await judged(page, 'nav');
  await page.keyboard.press('Escape');
  await burger.and(page.locator(':focus')).waitFor();
  if (before !== null) await page.setViewportSize(before);
  return found;
}
