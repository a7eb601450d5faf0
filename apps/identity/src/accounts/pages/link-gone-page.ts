import { html } from '../../pages/html.ts';
import { messagePage } from '../../pages/message-page.ts';

/** One page for a link that was used, has expired, or never was. */
export const linkGonePage = (): string =>
  messagePage({
    title: 'This link does not work any more',
    paragraphs: ['It was used already, is too old, or was not copied whole. Ask for a new one.'],
    after: html`<p class="links"><a href="/console/sign-in">Sign in</a><a href="/account/forgot-password">Forgot password?</a></p>`,
  });
