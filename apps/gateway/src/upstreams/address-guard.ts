import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { ServerTls } from '@latchkey/contracts';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

/** An upstream resolves to an address that it must not have. The address is for our log, never for the caller. */
export class AddressRefused extends Error {
  readonly code = 'LATCHKEY_ADDRESS_REFUSED';

  constructor(readonly address: string) {
    super('the upstream resolves to an address that is not public');
    this.name = 'AddressRefused';
  }
}

/** Public unicast only: loopback, private, link-local, shared, v4-mapped private, NAT64 and 6to4 addresses all lead somewhere else (AS-13). */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** Resolves once and hands out what was checked, so that the connection goes to that very address; one bad address refuses the name. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, [], 0);
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    if (refused !== undefined) return callback(new AddressRefused(refused.address), [], 0);
    const [first] = addresses;
    if (options.all === true || first === undefined) return callback(null, addresses, 0);
    return callback(null, first.address, first.family);
  });
};

const connectTimeoutMs = 5_000;

/** Certificates are checked whatever the process was told: a registration can name others to trust, and nothing switches the check off. */
const tlsOptions = ({ ca, serverName }: ServerTls): object => ({ ...(ca === null ? {} : { ca }), ...(serverName === null ? {} : { servername: serverName }) });

/** How connections to upstreams are made; HTTP/1.1 only, so that one slow stream holds up no other request on its connection. */
export function upstreamConnector(allowPrivate: boolean, tls: ServerTls = { ca: null, serverName: null }): buildConnector.connector {
  const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, rejectUnauthorized: true, ...tlsOptions(tls), ...(allowPrivate ? {} : { lookup: guardedLookup }) });
  if (allowPrivate) return connect;
  return (options, callback) => {
    // `net.connect` looks up names only: an address in the URL itself is judged here.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !isPublicAddress(literal)) return callback(new AddressRefused(literal), null);
    return connect(options, callback);
  };
}
