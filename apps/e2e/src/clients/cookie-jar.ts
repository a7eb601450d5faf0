interface Cookie {
  value: string;
  path: string;
  domain: string;
}

/** Cookies of one browser, by host name and path (RFC 6265 sections 5.1.4 and 5.3); ports share them, as in a browser. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie & { name: string }>();

  store(url: URL, headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...parameters] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const given = Object.fromEntries(parameters.map((part) => part.split('=', 2)).map(([name = '', value = '']) => [name.toLowerCase(), value]));
      const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1), path: given['path'] ?? '/', domain: url.hostname };
      const key = `${cookie.domain} ${cookie.path} ${cookie.name}`;
      const isOver = given['max-age'] === '0' || (given['expires'] !== undefined && Date.parse(given['expires']) <= Date.now());
      if (isOver) this.#cookies.delete(key);
      else this.#cookies.set(key, cookie);
    }
  }

  header(url: URL): string {
    const matches = ({ domain, path }: Cookie) =>
      domain === url.hostname && (url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`));
    return [...this.#cookies.values()].filter(matches).map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  values(): string[] {
    return [...this.#cookies.values()].map(({ value }) => value);
  }
}
