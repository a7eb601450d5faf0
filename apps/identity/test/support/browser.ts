/** A browser without scripts: keeps cookies, follows redirects within the issuer, fills forms. */
export class FormBrowser {
  private readonly cookies = new Map<string, { value: string; path: string }>();

  /** @param headers  sent with every request, as a proxy in front would */
  constructor(
    private readonly issuer: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** Goes on until a page, or a redirect that leaves the issuer. */
  async open(url: string, init: RequestInit = {}): Promise<Page> {
    let target = new URL(url, this.issuer);
    let request = init;
    for (let hop = 0; hop < 12; hop += 1) {
      const response = await fetch(target, { ...request, redirect: 'manual', headers: { accept: 'text/html', ...this.headers, ...request.headers, cookie: this.cookieHeader(target.pathname) } });
      this.keep(response.headers.getSetCookie(), target.pathname);
      const location = response.headers.get('location');
      if (location === null) return { status: response.status, url: target.href, headers: response.headers, text: await response.text() };
      await response.body?.cancel();
      const next = new URL(location, target);
      if (next.origin !== new URL(this.issuer).origin) return { status: response.status, url: target.href, headers: response.headers, text: '', left: next };
      target = next;
      request = {};
    }
    throw new Error('too many redirects');
  }

  /** Submits the form of a page that has this button; hidden fields go along. */
  submit(page: Page, action: RegExp, fields: Record<string, string | string[]>): Promise<Page> {
    const form = [...page.text.matchAll(/<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/g)].find(([, url]) => action.test(url!));
    if (form === undefined) throw new Error(`no form for ${String(action)} in:\n${page.text.slice(0, 3000)}`);
    const body = new URLSearchParams();
    for (const [input] of form[2]!.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1];
      const type = /type="([^"]*)"/.exec(input)?.[1];
      if (name !== undefined && ((type !== 'radio' && type !== 'checkbox') || input.includes(' checked'))) body[type === 'checkbox' ? 'append' : 'set'](name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
    }
    for (const [, name, options] of form[2]!.matchAll(/<select[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
      const selected = /<option value="([^"]*)" selected/.exec(options!)?.[1];
      if (selected !== undefined) body.set(name!, selected);
    }
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name);
      for (const one of [value].flat()) body.append(name, one);
    }
    return this.open(new URL(unescape(form[1]!), page.url).href, { method: 'POST', body });
  }

  private cookieHeader(path: string): string {
    return [...this.cookies].filter(([, cookie]) => path.startsWith(cookie.path)).map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  private keep(lines: string[], from: string): void {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const [name, value] = [pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1)];
      const path = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='))?.slice(5) ?? from;
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, { value, path });
    }
  }
}

export interface Page {
  status: number;
  url: string;
  headers: Headers;
  text: string;
  /** Where the browser was sent away to. */
  left?: URL;
}

const unescape = (text: string): string => text.replaceAll('&amp;', '&');
