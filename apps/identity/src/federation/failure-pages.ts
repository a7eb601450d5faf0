import { errorPage } from '../pages/error-page.ts';
import { html } from '../pages/html.ts';

const words = {
  unknown: {
    title: 'This sign-in has ended',
    message: 'It took too long, was already used, or was begun in another browser or with cookies switched off.',
  },
  declined: { title: 'You did not sign in', message: 'You were sent back without having signed in.' },
  failed: { title: 'This sign-in did not work', message: 'What came back from there could not be verified, or nothing did. It is not your fault.' },
  disabled: { title: 'This account is closed', message: 'The account that this sign-in belongs to was disabled.' },
  elsewhere: {
    title: 'This sign-in counts in one organization only',
    message: 'Your organization does not vouch for the domain of your e-mail address, so its sign-in reaches its own programs and not the console.',
  },
} as const;

/** What became of a sign-in at another provider. Nothing that came from there is on the page, but the name it was given here. */
export function failurePage(kind: keyof typeof words, label: string, backPath?: string): string {
  const { title, message } = words[kind];
  const hint =
    backPath === undefined
      ? html`Go back to where you came from and begin again.`
      : html`You meant to sign in with ${label}. <a href="${backPath}">Back to sign-in</a>`;
  return errorPage({ title, message, hint });
}
