import { CookieJar } from './cookie-jar.ts';
import { fillForm, readForms, textOfPage, type Form } from './html-form.ts';

export interface Account {
  email: string;
  password: string;
}

const maxSteps = 30;

/** Signs a user in and consents, by the forms alone: keeps cookies, follows redirects, presses buttons by their names. No JavaScript. */
export class FormBrowser {
  readonly cookies = new CookieJar();
  readonly #account: Account;
  readonly #pressed = new Set<string>();

  constructor(account: Account) {
    this.#account = account;
  }

  /**
   * Walks from an authorization URL to the client's redirect URI.
   * @param deliver  false: nobody listens there, the answer is only returned
   * @returns the redirect with its parameters
   */
  async authorize(start: URL | string, redirectUri: string, { deliver = true } = {}): Promise<URL> {
    let request: { url: URL; init: RequestInit } = { url: new URL(start), init: {} };
    this.#pressed.clear();
    for (let step = 0; step < maxSteps; step += 1) {
      const { url, init } = request;
      const isEnd = url.href.startsWith(redirectUri);
      if (isEnd && !deliver) return url;
      const response = await fetch(url, {
        ...init,
        redirect: 'manual',
        headers: { ...(init.headers as Record<string, string> | undefined), accept: 'text/html', cookie: this.cookies.header(url) },
      });
      if (isEnd) return url;
      this.cookies.store(url, response.headers);
      const location = response.headers.get('location');
      if (location !== null && response.status >= 300 && response.status < 400) request = { url: new URL(location, url), init: {} };
      else request = this.#answer(url, response.status, await response.text());
    }
    throw new Error(`Still on the way after ${maxSteps} steps`);
  }

  #answer(url: URL, status: number, html: string): { url: URL; init: RequestInit } {
    const forms = readForms(html);
    const signIn = forms.find((form) => form.fields.some((field) => field.label === 'Email') && form.fields.some((field) => field.label === 'Password'));
    if (signIn !== undefined && !this.#pressed.has('Sign in')) return this.#press(url, signIn, 'Sign in', { Email: this.#account.email, Password: this.#account.password });
    const consent = forms.find((form) => form.buttons.some((button) => button.label === 'Allow'));
    if (consent !== undefined && !this.#pressed.has('Allow')) return this.#press(url, consent, 'Allow', {});
    throw new Error(`No way on from ${url.pathname} (${status}, after ${[...this.#pressed].join(', ') || 'nothing'}): ${textOfPage(html).slice(0, 500)}`);
  }

  #press(url: URL, form: Form, label: string, byLabel: Record<string, string>): { url: URL; init: RequestInit } {
    const button = form.buttons.find((candidate) => candidate.label === label);
    if (button === undefined) throw new Error(`No button "${label}" at ${url.pathname}`);
    this.#pressed.add(label);
    const target = new URL(button.action ?? form.action, url);
    const body = fillForm(form, button, byLabel);
    if (form.method === 'POST') {
      return { url: target, init: { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin } } };
    }
    target.search = body.toString();
    return { url: target, init: {} };
  }
}
