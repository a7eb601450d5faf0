import { launchChromium } from '@latchkey/testing';
import type { Browser } from 'playwright-core';
import { mailboxPage } from '../mail/mailbox-page.ts';
import { stylesheet } from './stylesheet.ts';

describe('the stylesheet', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it('lets no word run off a phone, however long it is', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.setContent(mailboxPage([{ id: '1', to: `${'a'.repeat(64)}@${'b'.repeat(60)}.example.com`, subject: 'c'.repeat(150), text: 'd'.repeat(300), at: '2026-03-01T12:00:00.000Z' }]));
    await page.addStyleTag({ content: stylesheet });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  });
});
