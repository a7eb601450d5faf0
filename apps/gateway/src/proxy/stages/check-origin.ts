import { requestHeaders } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { isAuthzUrl } from '../../authz/authz-path.ts';
import type { Exchange } from '../exchange.ts';
import type { Stage } from '../stage.ts';

export interface OriginRules {
  /** Host names (no port) that a request may name. */
  hosts: ReadonlySet<string>;
  /** Web origins whose pages may call. */
  origins: ReadonlySet<string>;
  /** A gateway on loopback accepts loopback, any port (GW-03). */
  loopback: boolean;
}

/** GW-04; a `*` would not cover `authorization` (Fetch standard, CORS protocol). */
const allowedRequestHeaders = [
  'authorization', 'content-type', 'accept', 'dpop', 'last-event-id', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id',
  ...Object.values(requestHeaders), 'traceparent', 'tracestate', 'if-match',
];
const exposedHeaders = 'WWW-Authenticate, Mcp-Session-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id';
const paramHeader = /^mcp-param-[a-z0-9-]{1,128}$/;

/** RFC 9110 section 7.2, RFC 3986 section 3.2.2: a name or an IP literal, and a port. A URL would have a user, a path and other spellings of the same address. */
const hostPort = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{0,5}))?$/i;
/** RFC 6454 section 6.2, as browsers write it: one origin, and nothing behind it */
const webOrigin = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/;
const largestPort = 65_535;

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Rules from configuration alone. `boundTo` is the address we listen on. */
export function originRules(options: { gatewayUrl: string; boundTo: string; hosts: readonly string[]; origins: readonly string[] }): OriginRules {
  const own = new URL(options.gatewayUrl);
  const bound = options.boundTo.includes(':') ? `[${options.boundTo}]` : options.boundTo;
  return {
    hosts: new Set([own.hostname, ...options.hosts.map((host) => host.toLowerCase())]),
    origins: new Set([own.origin, ...options.origins.map((origin) => origin.toLowerCase().replace(/\/$/, ''))]),
    // In a container the gateway listens on all addresses while its public URL says that it is somebody's own machine.
    loopback: loopbackNames.has(bound) || loopbackNames.has(own.hostname),
  };
}

/** @returns the name in lower case; null for what is not of this form */
function nameIn(text: string, form: RegExp): string | null {
  const [, name, port = ''] = form.exec(text) ?? [];
  return name === undefined || Number(port) > largestPort ? null : name.toLowerCase();
}

function hostAllowed(rules: OriginRules, host: string): boolean {
  const name = nameIn(host, hostPort);
  return name !== null && (rules.hosts.has(name) || (rules.loopback && loopbackNames.has(name)));
}

function originAllowed(rules: OriginRules, origin: string): boolean {
  if (rules.origins.has(origin)) return true;
  const name = rules.loopback ? nameIn(origin, webOrigin) : null;
  return name !== null && loopbackNames.has(name);
}

function allowOrigin(exchange: Exchange, origin: string): void {
  exchange.tell('access-control-allow-origin', origin);
  exchange.tell('access-control-expose-headers', exposedHeaders);
  exchange.tell('vary', 'Origin');
}

/** DNS rebinding and foreign pages stop here (MCP transports, security warning); a preflight is answered before any credential (GW-04). */
export function checkOrigin(rules: OriginRules): Stage {
  /** Hot path: callers name the same host again and again. */
  let allowed: string | null = null;
  return {
    name: 'checkOrigin',
    statuses: [204, 403],
    run(exchange) {
      const { request, method } = exchange;
      // A proxy asks about a request to another host, in its own name or in that one's; no page can read the answer.
      if (isAuthzUrl(request.url ?? '')) return;
      const { host, origin } = request.headers;
      if (host !== undefined && host !== allowed) {
        if (!hostAllowed(rules, host)) throw new Problem('invalid_request', { status: 403, detail: 'This host is not served here.' });
        allowed = host;
      }
      if (origin === undefined) return;
      if (!originAllowed(rules, origin)) throw new Problem('invalid_request', { status: 403, detail: 'Pages of this origin may not call the gateway.' });
      allowOrigin(exchange, origin);
      if (method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
      const asked = request.headers['access-control-request-headers']?.toLowerCase().split(',').map((name) => name.trim()) ?? [];
      exchange.tell('access-control-allow-methods', preflightMethods(request.url ?? ''));
      exchange.tell('access-control-allow-headers', [...allowedRequestHeaders, ...asked.filter((name) => paramHeader.test(name)).slice(0, 64)].join(', '));
      exchange.tell('access-control-max-age', '600');
      exchange.answer(204, {});
      return 'answered';
    },
  };
}

/** The management API has verbs of its own. */
const preflightMethods = (url: string): string => (url.startsWith('/v1/') ? 'GET, POST, PUT, PATCH, DELETE' : 'POST, GET, DELETE');
