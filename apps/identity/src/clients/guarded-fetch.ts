import { lookup as resolve, type LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { Agent, request, type Dispatcher } from 'undici';
import { OutboundFetch } from './outbound-fetch.ts';

const maxBytes = 64 * 1024;
const timeoutMs = 2500;

/** Only what is routed on the public Internet: no private, mapped, translated (NAT64) or tunnelled (6to4, Teredo) form passes (AS-13). */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}

/** Resolves once and gives the socket exactly what was judged, so that a second answer of the name server can change nothing. */
function resolvePublic(
  hostname: string,
  options: { family?: number | string },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
): void {
  resolve(hostname, { all: true, family: options.family === 4 || options.family === 6 ? options.family : 0 }, (error, addresses) => {
    if (error !== null) callback(error, []);
    else if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) callback(new Error(`${hostname} does not resolve to public addresses only`), []);
    else callback(null, addresses);
  });
}

export interface GuardedFetchOptions {
  /** Lifts the address rule, and lets loopback hosts be http: development and tests. */
  allowPrivateAddresses: boolean;
  /** 64 KiB where nothing is said. */
  maxBytes?: number;
}

/** Connects to public addresses only, unless told otherwise, and reads no more and no longer than it may. */
export function guardedAgent({ allowPrivateAddresses, maxBytes, timeoutMs }: { allowPrivateAddresses: boolean; maxBytes: number; timeoutMs: number }): Agent {
  const limits = { connections: 8, maxResponseSize: maxBytes, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const connect = { timeout: timeoutMs };
  return new Agent(allowPrivateAddresses ? { ...limits, connect } : { ...limits, connect: { ...connect, lookup: resolvePublic } });
}

/** @throws Error for what is not https (loopback hosts may be http where private addresses are allowed), or is an address that is not public */
export function requireSafeUrl({ protocol, hostname }: URL, allowPrivateAddresses: boolean): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  const loopback = host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
  if (protocol !== 'https:' && !(allowPrivateAddresses && loopback)) throw new Error('only https URLs are fetched');
  // A host that is an address is never looked up, so it is judged here.
  if (!allowPrivateAddresses && ipaddr.isValid(host) && !isPublicAddress(host)) throw new Error('the address is not public');
}

/** The one way out to URLs that others gave us: client documents and keys. */
export class GuardedFetch extends OutboundFetch {
  private readonly agent: Agent;

  constructor(private readonly options: GuardedFetchOptions) {
    super();
    this.agent = guardedAgent({ maxBytes, ...options, timeoutMs });
  }

  override async get(url: string, signal: AbortSignal = AbortSignal.timeout(timeoutMs), headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; headers: Headers; body: string }> {
    requireSafeUrl(new URL(url), this.options.allowPrivateAddresses);
    // undici follows no redirect unless told to.
    const answer = await request(url, { dispatcher: this.agent, signal, headers: { accept: 'application/json', ...headers } });
    return { status: answer.statusCode, headers: toHeaders(answer), body: await answer.body.text() };
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}

function toHeaders({ headers }: Dispatcher.ResponseData): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return result;
}
