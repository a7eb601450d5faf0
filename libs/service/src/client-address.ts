import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** An IPv4 address that arrived over a socket for both families is written as what it is. */
const plain = (address: string): string => (address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address);

/** Without a port, which some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (text: string): string => /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;

/** Proxies whose word on who is behind them is believed; nobody's where there are none. */
export class TrustedProxies {
  private readonly ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** @throws Error for what is neither an address nor a CIDR */
  constructor(cidrs: readonly string[] = []) {
    this.ranges = cidrs.map((cidr) => (cidr.includes('/') ? ipaddr.parseCIDR(cidr) : hostRange(cidr)));
  }

  /**
   * Who sent a request: the peer, or, as far as it is a trusted proxy, whoever it says it was sent by. `X-Forwarded-For` is read from its
   * end, where each proxy adds its peer, up to the first that is not trusted; what stands before was the caller's to write.
   */
  addressOf(request: IncomingMessage): string {
    let address = plain(request.socket.remoteAddress ?? '');
    if (this.ranges.length === 0) return address;
    const forwarded = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
    while (hops.length > 0 && this.trusts(address)) {
      const hop = withoutPort(hops.pop()?.trim() ?? '');
      if (!ipaddr.isValid(hop)) break;
      address = ipaddr.process(hop).toString();
    }
    return address;
  }

  private trusts(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.ranges.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits));
  }
}

function hostRange(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = ipaddr.parse(address);
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
}

/** The environment variable `LATCHKEY_TRUSTED_PROXIES`: addresses and CIDRs, comma-separated. */
export const trustedProxiesSchema = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return new TrustedProxies(text.split(',').map((part) => part.trim()).filter((part) => part !== ''));
    } catch {
      context.addIssue({ code: 'custom', message: 'addresses or CIDRs, comma-separated' });
      return z.NEVER;
    }
  })
  .describe('Reverse proxies in front of this service whose X-Forwarded-For is believed: addresses or CIDRs, comma-separated.');
