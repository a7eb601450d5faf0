/** Whether a host is on a list of domains; `*.example.com` covers what is below it, and not the domain itself. */
export function isListed(host: string, domains: readonly string[]): boolean {
  // A dot at the end is another spelling of the same host, and no way around a list.
  const name = host.toLowerCase().replace(/\.$/, '');
  return domains.some((domain) => (domain.startsWith('*.') ? name.endsWith(domain.slice(1)) && name.length > domain.length - 1 : name === domain));
}

/** The host of an https URL, without port; null for everything else. */
export function webHost(uri: string): string | null {
  const url = URL.parse(uri);
  return url?.protocol === 'https:' ? url.hostname : null;
}
