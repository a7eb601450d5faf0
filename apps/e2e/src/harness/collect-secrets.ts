import type { Secrets } from './secrets.ts';

/** Names under which forms and answers carry what nobody else may know. `code` of an answer is a code of an error, `code` of a form is none. */
const inForms = /^(?:password|new_password|current_password|code|code_verifier|refresh_token|token|client_secret|client_assertion|assertion|subject_token|actor_token|device_code|secret|value)$/;
const inAnswers = /^(?:access_token|refresh_token|id_token|token|secret|client_secret|registration_access_token|device_code|password|recovery_codes)$/;
const inUrls = ['code', 'token'];

function collectMembers(secrets: Secrets, value: unknown, names: RegExp, name = ''): void {
  if (typeof value === 'string') {
    if (names.test(name)) secrets.add(name, value);
  } else if (Array.isArray(value)) for (const one of value) collectMembers(secrets, one, names, name);
  else if (typeof value === 'object' && value !== null) for (const [member, one] of Object.entries(value)) collectMembers(secrets, one, names, member);
}

function collectText(secrets: Secrets, text: string, names: RegExp): void {
  try {
    collectMembers(secrets, JSON.parse(text), names);
  } catch {
    for (const [name, value] of new URLSearchParams(text)) if (names.test(name)) secrets.add(name, value);
  }
}

function collectUrl(secrets: Secrets, url: string | null): void {
  if (url === null || !URL.canParse(url, 'http://relative.test')) return;
  const { searchParams, pathname } = new URL(url, 'http://relative.test');
  for (const name of inUrls) secrets.add(`${name} in a URL`, searchParams.get(name) ?? undefined);
  secrets.add('token in a URL', /^\/mcp\/[^/]+\/(lk_[^/]+)$/.exec(pathname)?.[1]);
}

function collectRequest(secrets: Secrets, request: Pick<Request, 'url' | 'headers'>, body: unknown): void {
  const [, credential] = /^(?:Bearer|DPoP|Basic) +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  secrets.add('credential in a header', credential);
  secrets.add('proof of a key', request.headers.get('dpop') ?? undefined);
  for (const pair of (request.headers.get('cookie') ?? '').split('; ')) secrets.add('cookie', pair.slice(pair.indexOf('=') + 1));
  collectUrl(secrets, request.url);
  if (typeof body === 'string' || body instanceof URLSearchParams) collectText(secrets, String(body), inForms);
}

async function collectAnswer(secrets: Secrets, response: Response): Promise<void> {
  collectUrl(secrets, response.headers.get('location'));
  for (const line of response.headers.getSetCookie()) secrets.add('cookie that was set', line.slice(line.indexOf('=') + 1).split(';', 1)[0]);
  // A stream is not read twice; what answers with tokens is no stream.
  if (response.headers.get('content-type')?.startsWith('application/json') === true) collectText(secrets, await response.clone().text(), inAnswers);
}

/**
 * Learns every secret that the clients of a journey send or are given, from what they `fetch`: a journey that forgets to say what is secret
 * hides nothing. Those of other programs, such as a browser, are still to be told.
 * @returns ends it, once the answers of all requests so far were looked at
 */
export function collectSecrets(secrets: Secrets, send: typeof fetch = globalThis.fetch): () => Promise<void> {
  const before = globalThis.fetch;
  const looking = new Set<Promise<void>>();
  globalThis.fetch = async (input, init) => {
    // The request itself is only looked at: one with a stream for a body is sent as it was given.
    const { body, ...rest } = init ?? {};
    try {
      const { url, headers } = input instanceof Request ? input : { url: String(input), headers: undefined };
      collectRequest(secrets, { url, headers: new Headers(rest.headers ?? headers) }, body);
    } catch {
      // What is no request is for `fetch` to refuse.
    }
    const response = await send(input, init);
    const look = collectAnswer(secrets, response).catch(() => undefined).finally(() => looking.delete(look));
    looking.add(look);
    return response;
  };
  return async () => {
    globalThis.fetch = before;
    await Promise.all(looking);
  };
}
