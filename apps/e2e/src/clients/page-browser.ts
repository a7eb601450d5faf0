import { CookieJar } from './cookie-jar.ts';
import { fillForm, readForms, textOfPage } from './html-form.ts';

export interface Page {
  url: URL;
  status: number;
  html: string;
  /** The words alone */
  text: string;
}

const maxRedirects = 10;

/** Somebody at a browser without JavaScript: opens pages and presses buttons by their words. */
export class PageBrowser {
  readonly cookies = new CookieJar();

  async open(start: URL | string, init: RequestInit = {}): Promise<Page> {
    let request = { url: new URL(start), init };
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const { url } = request;
      const headers = { ...(request.init.headers as Record<string, string> | undefined), accept: 'text/html', cookie: this.cookies.header(url) };
      const response = await fetch(url, { ...request.init, redirect: 'manual', headers });
      this.cookies.store(url, response.headers);
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status >= 400) {
        const html = await response.text();
        return { url, status: response.status, html, text: textOfPage(html) };
      }
      request = { url: new URL(location, url), init: {} };
    }
    throw new Error(`Still redirected after ${maxRedirects} times`);
  }

  /** @param within  part of the address that the form goes to, where several have such a button */
  press({ url, html, text }: Page, label: string, byLabel: Record<string, string> = {}, within = ''): Promise<Page> {
    const form = readForms(html).find(({ action, buttons }) => action.includes(within) && buttons.some((button) => button.label === label));
    const button = form?.buttons.find((candidate) => candidate.label === label);
    if (form === undefined || button === undefined) throw new Error(`No button "${label}" at ${url.pathname}: ${text.slice(0, 500)}`);
    const unknown = Object.keys(byLabel).filter((name) => !form.fields.some((field) => field.label === name));
    if (unknown.length > 0) throw new Error(`No field ${unknown.join(', ')} at ${url.pathname}: ${text.slice(0, 500)}`);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin };
    return this.open(new URL(button.action ?? form.action, url), { method: 'POST', body: fillForm(form, button, byLabel), headers });
  }
}
