import { identityHeader, type ProbeProblem, type ProbeTarget, type ServerProbe } from '@latchkey/contracts';
import { Pool, type buildConnector } from 'undici';
import { isObject } from '../message/message.ts';
import { legacyVersions, metaKeys, modernVersions } from '../message/era.ts';
import { failureOfError, tlsFaultOf } from '../upstreams/failure-of.ts';
import { findAuthorization, type ReadDocument } from './find-authorization.ts';
import { speak, type Spoken } from './speak.ts';

const deadlineMs = 6000;
const mostPages = 10;
/** As many as fit into one answer over the feed, with room for their names. */
const mostTools = 250;
const longestName = 128;

export interface ProbeSources {
  connect(tls: ProbeTarget['tls']): buildConnector.connector;
  /** In the gateway's own name, for a server that answers nobody without one */
  assertion(audience: string): Promise<string>;
  /** To documents elsewhere that the server names */
  read: ReadDocument;
}

const modern = modernVersions[0];
const legacy = legacyVersions.at(-1) ?? '2025-11-25';
const meta = { _meta: { [metaKeys.protocolVersion]: modern, [metaKeys.clientCapabilities]: {} } };

const words: Readonly<Partial<Record<ProbeProblem, string>>> = {
  unreachable: 'No connection could be made.',
  timeout: 'There was no answer in time.',
  address_refused: 'It resolves to an address that is not public.',
};

const tlsWords: Readonly<Record<ReturnType<typeof tlsFaultOf>, string>> = {
  no_tls: 'It does not speak TLS here: the URL has another port, or begins with http://.',
  handshake: 'It and the gateway agree on no version or kind of TLS.',
  certificate: 'Its certificate is not trusted; name the one that is in tls.ca, or its name in tls.serverName.',
};

const clean = (text: unknown, length: number): string => (typeof text === 'string' ? text.slice(0, length).replace(/[\p{Cc}\p{Cs}]/gu, '?') : '');

/** One look at a server: both eras, the tools, and what it wants of callers. */
class Look {
  readonly report: ServerProbe = {
    at: new Date().toISOString(), durationMs: 0, outcome: 'failed', transport: null, eras: [], protocolVersions: [], serverInfo: null, tools: null,
    auth: { required: false, scheme: null, resourceMetadata: null, authorizationServers: [] }, problems: [],
  };
  private readonly signal = AbortSignal.timeout(deadlineMs);
  private session: string | undefined;
  private readonly path: string;

  constructor(
    private readonly pool: Pool,
    private readonly resource: string,
    private readonly headers: Record<string, string>,
    private readonly read: ReadDocument,
  ) {
    const { pathname, search } = new URL(resource);
    this.path = pathname + search;
  }

  async run(): Promise<void> {
    const discovered = await this.say('server/discover', 'modern', {});
    if (await this.endsWith(discovered)) return;
    const result = discovered.message?.['result'];
    if (isObject(result)) this.meets('modern', Array.isArray(result['supportedVersions']) ? result['supportedVersions'] : [modern], result['serverInfo']);
    const greeted = await this.say('initialize', 'legacy', { protocolVersion: legacy, capabilities: {}, clientInfo: { name: 'latchkey-probe', version: '1' } });
    if (this.report.eras.length === 0 && (await this.endsWith(greeted))) return;
    const welcome = greeted.message?.['result'];
    if (isObject(welcome)) this.meets('legacy', [welcome['protocolVersion']], welcome['serverInfo']);
    const { 'mcp-session-id': session } = greeted.headers;
    this.session = typeof session === 'string' ? session : undefined;
    if (this.report.eras.length === 0) return this.notMcp(discovered, greeted);
    this.report.outcome = 'ok';
    this.report.transport = 'streamable-http';
    await this.listTools();
  }

  problem(code: ProbeProblem, detail = words[code] ?? ''): void {
    this.report.problems.push({ code, detail });
  }

  async leave(): Promise<void> {
    if (this.session === undefined) return;
    const headers = { ...this.headers, 'mcp-session-id': this.session, 'mcp-protocol-version': legacy };
    await this.pool.request({ path: this.path, method: 'DELETE', headers, signal: this.signal }).then(({ body }) => body.dump(), () => undefined);
  }

  private say(method: string, era: 'modern' | 'legacy', params: object): Promise<Spoken> {
    const own: Record<string, string> = era === 'modern' ? { 'mcp-protocol-version': modern, 'mcp-method': method } : this.session === undefined ? {} : { 'mcp-session-id': this.session, 'mcp-protocol-version': legacy };
    const message = { method, params: era === 'modern' ? { ...params, ...meta } : params, ...(method.startsWith('notifications/') ? {} : { id: `latchkey-${method}` }) };
    return speak(this.pool, { path: this.path, headers: { ...this.headers, ...own }, message, signal: this.signal });
  }

  private meets(era: 'modern' | 'legacy', versions: readonly unknown[], info: unknown): void {
    const { report } = this;
    report.eras.push(era);
    report.protocolVersions = [...new Set([...report.protocolVersions, ...versions.map((version) => clean(version, 32)).filter((version) => version !== '')])].slice(0, 20);
    if (isObject(info)) report.serverInfo ??= { name: clean(info['name'], 100), version: clean(info['version'], 64) };
  }

  /** Whether there is no use in going on. */
  private async endsWith({ status, headers }: Spoken): Promise<boolean> {
    if (status >= 300 && status < 400) this.problem('redirects', 'It points to another address; register that one.');
    else if (status === 401 || status === 403) await this.wantsCredential(headers['www-authenticate']);
    else if (status === 502 || status === 503 || status === 504) this.problem('bad_status', `It answers ${status}.`);
    else return false;
    return true;
  }

  private async wantsCredential(challenge: unknown): Promise<void> {
    const text = clean(Array.isArray(challenge) ? challenge[0] : challenge, 2000);
    Object.assign(this.report, { outcome: 'auth_required', transport: 'streamable-http' });
    const { auth, advice } = await findAuthorization(this.read, this.resource, text, this.signal);
    this.report.auth = auth;
    this.problem('auth_required', advice);
  }

  private async notMcp(...answers: Spoken[]): Promise<void> {
    const { headers, body } = await this.pool.request({ path: this.path, method: 'GET', headers: { ...this.headers, accept: 'text/event-stream' }, signal: this.signal });
    body.on('error', () => undefined).destroy();
    if (/^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''))) {
      this.report.transport = 'http+sse';
      return this.problem('sse_only', 'It speaks the transport of 2024-11-05, HTTP with SSE, which has no gateway; it needs Streamable HTTP.');
    }
    const status = answers.map((answer) => answer.status).join(' and ');
    this.problem('not_mcp', `What is at this URL is no MCP server: it answered ${status}.`);
  }

  private async listTools(): Promise<void> {
    const era = this.report.eras.includes('modern') ? 'modern' : 'legacy';
    if (era === 'legacy') await this.say('notifications/initialized', 'legacy', {});
    const tools: NonNullable<ServerProbe['tools']> = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const { message } = await this.say('tools/list', era, cursor === undefined ? {} : { cursor });
      const result = message?.['result'];
      if (!isObject(result) || !Array.isArray(result['tools'])) return this.problem('tools_not_listed', 'It does not list its tools.');
      tools.push(...result['tools'].filter(isObject).flatMap(toolOf));
      cursor = typeof result['nextCursor'] === 'string' ? result['nextCursor'] : undefined;
      if (cursor === undefined) break;
    }
    if (cursor !== undefined || tools.length > mostTools) this.problem('tools_cut', `It has more than the ${Math.min(tools.length, mostTools)} tools that are looked at; of the others nothing is known.`);
    this.report.tools = tools.slice(0, mostTools);
  }
}

function toolOf({ name, annotations }: Record<string, unknown>): NonNullable<ServerProbe['tools']> {
  if (typeof name !== 'string' || name === '' || name.length > longestName || /[\p{Cc}\p{Cs}]/u.test(name)) return [];
  const said = isObject(annotations) ? annotations : {};
  const hint = (of: 'readOnlyHint' | 'destructiveHint') => (typeof said[of] === 'boolean' ? { [of]: said[of] } : {});
  return [{ name, annotations: { ...hint('readOnlyHint'), ...hint('destructiveHint') } }];
}

/** Speaks to a server as a client of either era does, and reports what it finds. It never throws. */
export async function probeUpstream({ connect, assertion, read }: ProbeSources, { url: text, headers, tls }: ProbeTarget): Promise<ServerProbe> {
  const startedAtMs = performance.now();
  const url = new URL(text);
  const pool = new Pool(url.origin, { connect: connect(tls), allowH2: false, connections: 2, maxHeaderSize: 32 * 1024 });
  const look = new Look(pool, text, { ...headers, [identityHeader]: await assertion(text) }, read);
  try {
    await look.run();
    await look.leave();
  } catch (error) {
    look.report.outcome = look.report.eras.length > 0 ? look.report.outcome : 'failed';
    const failure = failureOfError(error);
    look.problem(failure, failure === 'tls' ? tlsWords[tlsFaultOf(error)] : undefined);
  } finally {
    await pool.destroy();
  }
  look.report.durationMs = Math.round(performance.now() - startedAtMs);
  return look.report;
}
