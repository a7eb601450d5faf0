/** What one released client sends, as data: the suite plays it, and says what has to come of it. */
export interface ClientShape {
  name: string;
  /** Where the shape was seen: threads in which it was logged or quoted. */
  recordedFrom: readonly string[];
  /** What no source shows, and is filled in with what clients of its kind do. */
  assumed?: string;
  registration:
    | { by: 'registration'; body: Record<string, unknown>; /** How often per connection; the last one is used. */ times?: number; /** Of a page that registers. */ origin?: string }
    | { by: 'document'; id: string; document: Record<string, unknown> };
  /** How it proves who it is at the token endpoint. */
  auth: 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';
  /** What it is answered at, one connection each; a loopback port differs from the registered one where it does in life. */
  redirects: readonly string[];
  /** Parameters of the authorization request; `resource` is spelled relative to the server's own. */
  authorization: { scope?: string; prompt?: string; resource: Spelling };
  /** The second leg, and refreshes. */
  token: { resource: Spelling };
  /** How many refreshes with one token at once; all get the same answer. */
  refreshesAtOnce?: number;
  refreshScope?: string;
  expect: {
    applicationType?: 'native' | 'web';
    scope: string;
    /** It is refused at authorization on a page of ours, which names the redirect. */
    refused?: true;
    /** The consent page warns that any program of the computer could be it. */
    loopbackOnly?: boolean;
  };
}

/** How a client writes the server's resource: as the metadata has it, with a slash at the end, in capitals, or not at all. */
export type Spelling = 'exact' | 'slash' | 'capitals' | 'missing';

export function spell(resource: string, spelling: Spelling): string | undefined {
  if (spelling === 'missing') return undefined;
  if (spelling === 'slash') return `${resource}/`;
  return spelling === 'capitals' ? resource.replace(/^[a-z]+:\/\/[^/]+/, (origin) => origin.toUpperCase()) : resource;
}

/** What the MCP SDK for TypeScript adds to every registration. */
export const codeGrants = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
export const both = 'mcp:read mcp:execute';
