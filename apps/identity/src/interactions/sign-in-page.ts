import { foreignText } from '../pages/foreign-text.ts';
import { html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { signInForm, type OtherWays } from '../pages/sign-in-form.ts';

export interface SignInPageOptions {
  uid: string;
  csrf: string;
  /** As the client names itself. */
  clientName: string;
  email?: string | undefined;
  error?: string | undefined;
  /** Somebody is signed in and would rather be somebody else. */
  switching?: boolean;
  otherWays: OtherWays;
}

export function signInPage({ uid, csrf, clientName, email, error, switching = false, otherWays }: SignInPageOptions): string {
  const path = `/interaction/${uid}`;
  const title = switching ? 'Sign in as someone else' : 'Sign in';
  const form = signInForm({
    action: `${path}/login`,
    csrf,
    email,
    error,
    createAccountPath: `${path}/create-account`,
    forgotPasswordPath: `${path}/forgot-password`,
    ...otherWays,
  });
  const body = html`<h1>${title}</h1>
<p class="soft">to connect <bdi>${foreignText(clientName)}</bdi></p>
${form}
${switching && html`<p class="links"><a href="${path}">Stay signed in as I am</a></p>`}`;
  return layout({ title: error === undefined ? title : `Error: ${title}`, body });
}
