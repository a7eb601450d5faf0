import { html } from '../pages/html.ts';
import { messagePage } from '../pages/message-page.ts';

/** Before something that a browser left open must not be enough for. */
export const signInAgainPage = (): string =>
  messagePage({
    title: 'Sign in again first',
    paragraphs: ['You have been signed in for a while. To change how you sign in, sign in again, and come back here within a quarter of an hour.'],
    after: html`<p class="links"><a href="/console/sign-in">Sign in again</a><a href="/console">Back to the console</a></p>`,
  });
