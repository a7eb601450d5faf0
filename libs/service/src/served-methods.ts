interface Served {
  /** What paths of the route look like */
  form: RegExp;
  methods: Set<string>;
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** By which methods a path is served, for whoever comes by another one (RFC 9110 section 15.5.6). */
export class ServedMethods {
  private readonly routes = new Map<string, Served>();

  /** @param url  of a route, with its parameters. One that serves whatever is beneath it says nothing of a path. */
  note({ url, method }: { url: string; method: string | readonly string[] }): void {
    if (url.includes('*')) return;
    let served = this.routes.get(url);
    if (served === undefined) {
      const form = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : literal(part))).join('/');
      this.routes.set(url, (served = { form: new RegExp(`^${form}$`), methods: new Set() }));
    }
    for (const one of [method].flat()) served.methods.add(one);
  }

  /** @returns the value of `Allow`; empty where nothing is served */
  at(url: string): string {
    const [path = ''] = url.split('?', 1);
    const methods = [...this.routes.values()].filter(({ form }) => form.test(path)).flatMap((served) => [...served.methods]);
    return [...new Set(methods)].sort().join(', ');
  }
}
