import { html, type Html } from '../../pages/html.ts';

export interface FieldOptions {
  value?: string;
  invalid?: boolean;
  autofocus?: boolean;
  /** Id of what explains it. */
  describedBy?: string;
}

const state = ({ invalid = false, autofocus = false, describedBy }: FieldOptions): Html => {
  const ids = [describedBy, invalid ? 'error' : undefined].filter((id) => id !== undefined).join(' ');
  return html`${ids !== '' && html` aria-describedby="${ids}"`}${invalid && html` aria-invalid="true"`}${autofocus && html` autofocus`}`;
};

export const emailField = (label: string, options: FieldOptions = {}): Html => html`<div class="field"><label for="email">${label}</label>
<input id="email" name="email" type="email" value="${options.value ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="254"${state(options)}></div>`;

export const nameField = (options: FieldOptions = {}): Html => html`<div class="field"><label for="name">Name</label>
<input id="name" name="name" type="text" value="${options.value ?? ''}" autocomplete="name" required maxlength="100"${state(options)}></div>`;

export const passwordField = (label: string, options: FieldOptions = {}): Html => html`<div class="field"><label for="password">${label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${state(options)}></div>`;

export const newPasswordField = (label: string, options: FieldOptions = {}): Html => html`<div class="field"><label for="password">${label}</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="256"${state({ ...options, describedBy: 'rule' })}>
<p class="soft small" id="rule">At least 8 characters, and none of the passwords that everybody tries first.</p></div>`;

/** Tells a password manager whose password it is. */
export const accountHint = (email: string): Html => html`<input type="hidden" name="username" value="${email}" autocomplete="username">`;
