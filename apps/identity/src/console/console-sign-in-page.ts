import { html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { signInForm, type OtherWays } from '../pages/sign-in-form.ts';

export function consoleSignInPage({ csrf, email, error, otherWays }: { csrf: string; email?: string; error?: string; otherWays: OtherWays }): string {
  const form = signInForm({
    action: '/console/sign-in',
    csrf,
    email,
    error,
    createAccountPath: '/console/create-account',
    forgotPasswordPath: '/console/forgot-password',
    ...otherWays,
  });
  const body = html`<h1>Sign in</h1><p class="soft">to the Latchkey console</p>${form}`;
  return layout({ title: error === undefined ? 'Sign in' : 'Error: sign in', body });
}
