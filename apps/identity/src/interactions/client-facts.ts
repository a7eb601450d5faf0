import { redirectClass } from '../grants/redirect-class.ts';

/** What is known, rather than claimed, about who asks. */
export interface ClientFacts {
  /** As the client names itself; anybody may take any name. */
  name: string;
  id: string;
  /** Where the client publishes its metadata (CIMD); null where the id proves nothing. */
  idHost: string | null;
  redirect: RedirectFacts;
  /** The same as one word, by which a consent is remembered. */
  redirectClass: string;
  /** All that it may be answered at. */
  redirectUris: readonly string[];
  /** Every address it may be answered at is on the user's own machine. */
  loopbackOnly: boolean;
}

export interface RedirectFacts {
  kind: 'web' | 'loopback' | 'app' | 'device';
  /** Host with port, the scheme of an app's own links, or the address that a device asked from. */
  place: string;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where an answer will go. Hosts come out in ASCII, so that a look-alike letter shows as what it is. */
export function redirectFacts(redirectUri: string): RedirectFacts {
  if (!URL.canParse(redirectUri)) return { kind: 'app', place: redirectUri };
  const url = new URL(redirectUri);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { kind: 'app', place: url.host === '' ? url.protocol : `${url.protocol}//${url.host}` };
  }
  return { kind: loopbackHosts.has(url.hostname) ? 'loopback' : 'web', place: url.host };
}

export interface RegisteredClient {
  clientId: string;
  clientName?: string | undefined;
  redirectUris?: readonly string[] | undefined;
}

/** A device is sent nowhere: it asks until it is answered. */
export function deviceFacts(client: RegisteredClient, address: string | null): ClientFacts {
  return { ...clientFacts(client, ''), redirect: { kind: 'device', place: address ?? 'an unknown address' }, redirectClass: 'device', loopbackOnly: false };
}

export function clientFacts(client: RegisteredClient, redirectUri: string): ClientFacts {
  const { clientId: id, clientName, redirectUris = [] } = client;
  return {
    name: clientName === undefined || clientName.trim() === '' ? 'A program without a name' : clientName,
    id,
    idHost: id.startsWith('https://') && URL.canParse(id) ? new URL(id).host : null,
    redirect: redirectFacts(redirectUri),
    redirectClass: redirectClass(redirectUri),
    redirectUris,
    loopbackOnly: redirectUris.length > 0 && redirectUris.every((uri) => redirectFacts(uri).kind === 'loopback'),
  };
}
