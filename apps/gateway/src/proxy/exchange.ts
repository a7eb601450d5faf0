import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Door, Subject } from '@latchkey/access';
import type { ServerRecord } from '@latchkey/contracts';
import { invariant } from '@latchkey/problem';
import { TrustedProxies } from '@latchkey/service';
import type { Judged } from '../audit/decision-facts.ts';
import type { Attached } from '../connections/attached.ts';
import type { EndUser } from '../end-users/end-user.ts';
import type { Principal } from '../credentials/principal.ts';
import type { Confirmed } from '../freshness/confirmed.ts';
import { nothing } from '../freshness/prover.ts';
import type { LimitKind } from '../limits/limit-reached.ts';
import { namedIn, type Message, type RequestId } from '../message/message.ts';
import type { ToolOperation } from '../rest/tool-operation.ts';
import type { ManagementRoute } from '../upstreams/management-routes.ts';
import type { Upstream } from '../upstreams/upstream.ts';

interface RouteBase {
  /** Resource identifier (RFC 8707) that a token must be issued for; it comes from configuration (GW-10). */
  resource: string;
  /** Another one that will do as well. */
  otherResource?: string;
  /** Public URL of this request without its query, from configuration too: what a proof of possession names (RFC 9449 section 4.2). */
  url: string;
  /** What a log line or an error may name: never the raw path, which can hold a token. */
  template: string;
}
export interface McpRoute extends RouteBase {
  kind: 'mcp';
  server: ServerRecord;
  /** By which door it was come in; as an MCP client where nothing is said. */
  door?: Door;
  /** What a request over REST is for: such a request is answered by us, and whatever it takes of the server is asked in its name. */
  tools?: ToolOperation;
  /** Only whether the caller may go there is asked; somebody else lets it in. */
  authz?: true;
}
export interface ManageRoute extends RouteBase {
  kind: 'manage';
  /** Path and query as they go on */
  target: string;
  operation: ManagementRoute;
}
/** Answered by us, and concerning no server. */
export interface OwnRoute extends RouteBase {
  kind: 'own';
  purpose: 'authz' | 'platform';
}
export type Route = McpRoute | ManageRoute | OwnRoute;

/** Asked by a proxy that knows three answers: yes, no, and that somebody has to sign in. */
export const isAuthz = (route: Route): boolean => (route.kind === 'own' ? route.purpose === 'authz' : route.kind === 'mcp' && route.authz === true);

const nobody = new TrustedProxies();
const nothingLeft = Buffer.alloc(0);

/** One request on its way through the pipeline. Each stage reads what earlier ones found and adds its own. */
export class Exchange {
  /** Who sent it: the peer of the connection, or whoever a trusted proxy says. Read first: what says it goes no further (GW-80). */
  readonly address: string;
  route: Route | undefined;
  /** What stood in the URL in the place of a header; nothing but `authenticate` looks at it, and takes it away. */
  urlToken: string | undefined;
  principal: Principal | undefined;
  /** For whom the call is made, where the caller says so (`X-User-Token`). */
  endUser: EndUser | undefined;
  /** Whose a credential was that is genuine and dead: for the audit log only. */
  refusedPrincipal: Principal | undefined;
  /** What writers had to be asked about the credential; it is newer than the replica. */
  confirmed: Confirmed = nothing;
  /** Until when, by the monotonic clock, what was decided may still be acted on; set by `proveFreshness`. */
  provenUntilMs: number | undefined;
  /** Set when the body of an MCP request was judged; from then on errors speak JSON-RPC (GW-05). */
  message: Message | undefined;
  /** Id of a message that was refused before it was judged, so that the refusal can name it. */
  refusedId: RequestId | null = null;
  /** Body of a management request, passed on unread. */
  body: Buffer | null = null;
  /** The upstream's own session id, unsealed (GW-70); null outside a legacy session. */
  upstreamSession: string | null = null;
  subject: Subject | undefined;
  /** What the decision was made by; undefined where nothing was decided. */
  judged: Judged | undefined;
  upstream: Upstream | undefined;
  /** What is shown to the upstream beside the assertion; its value is for that upstream alone. */
  attached: Attached | undefined;
  /** Stable code of the refusal, and what stood behind it: for log and metrics only. */
  refusal: { code: string; cause?: unknown; limit?: LimitKind } | undefined;
  /** Headers of whatever will be answered, names and values in turn: they go out with the head, and not one by one before it. */
  readonly told: (string | string[])[];

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly requestId: string,
    readonly startedAtMs: number,
    proxies = nobody,
  ) {
    this.address = proxies.addressOf(request);
    this.told = ['x-request-id', requestId];
  }

  /** Says something on whatever will be answered. */
  tell(name: string, value: string): void {
    this.told.push(name, value);
  }

  /** Puts what was told into the response, for whoever writes the head there. */
  tellAll(): ServerResponse {
    const { told, response } = this;
    for (let at = 0; at < told.length; at += 2) response.setHeader(String(told[at]), told[at + 1] ?? '');
    told.length = 0;
    return response;
  }

  /** Answers with a whole body. */
  answer(status: number, headers: OutgoingHttpHeaders, body?: Buffer): void {
    const response = this.tellAll();
    response.writeHead(status, body === undefined ? headers : { ...headers, 'content-length': body.length });
    response.end(this.method === 'HEAD' ? undefined : body);
  }

  /**
   * Of a request that has become a stream nothing is read any more but what it asked for: neither its headers, a credential among them, nor its body or what
   * was read of it are kept for as long as that lasts.
   */
  forgetRequest(): void {
    this.request.removeAllListeners();
    this.request.headers = {};
    this.request.rawHeaders.length = 0;
    const { message } = this;
    if (message !== undefined) message.body = nothingLeft;
    if (message !== undefined && message.kind !== 'response') {
      message.params = namedIn(message.params);
      message.meta = null;
    }
    this.body = null;
    this.told.length = 0;
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  needRoute(): Route {
    invariant(this.route !== undefined, 'matchRoute runs before');
    return this.route;
  }

  /** The route of a request that goes on to somebody. */
  needForwarded(): McpRoute | ManageRoute {
    const route = this.needRoute();
    invariant(route.kind !== 'own', 'what is answered here ends before');
    return route;
  }

  needPrincipal(): Principal {
    invariant(this.principal !== undefined, 'authenticate runs before');
    return this.principal;
  }

  needUpstream(): Upstream {
    invariant(this.upstream !== undefined, 'selectUpstream runs before');
    return this.upstream;
  }
}
