import { issuerMetadataPlaces, readChallenge, resourceMetadataPlaces, scopeTokens, speaksFor } from '@latchkey/oauth';
import type { ServerProbe } from '@latchkey/contracts';
import { isObject } from '../message/message.ts';

/** The way to addresses that the server names: strangers, every one (AS-13). @throws what the connection throws */
export type ReadDocument = (url: string, signal: AbortSignal) => Promise<{ status: number; body: string }>;

type Auth = ServerProbe['auth'];

const most = 10;
const printable = (text: string): boolean => text.length <= 500 && /^[\x21-\x7e]+$/.test(text);
const stringsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string').filter(printable) : []);

/** What a server that wants a token says of it, and in words, what has to be done about it. */
export interface FoundAuthorization {
  auth: Auth;
  advice: string;
}

/** Follows what a challenge says as a client does: to the metadata of the resource (RFC 9728), and on to that of its authorization server (RFC 8414). */
export async function findAuthorization(read: ReadDocument, resource: string, challenge: string, signal: AbortSignal): Promise<FoundAuthorization> {
  const { resourceMetadata: named, scope } = readChallenge(challenge);
  const resourceMetadata = named === null || !printable(named) ? null : named;
  const scheme = /^[\w-]{1,32}/.exec(challenge)?.[0] ?? null;
  const auth: Auth = { required: true, scheme, resourceMetadata, authorizationServers: [], scopes: scopeTokens(scope).slice(0, 50), registration: null };
  if (scheme !== null && scheme.toLowerCase() !== 'bearer') return { auth, advice: `It wants a credential of the kind ${scheme}: store it as a static connection.` };
  const document = await resourceDocument(read, resource, resourceMetadata, signal);
  if (document === null) return { auth, advice: 'It wants a credential, and does not say where one is to be had: store a static connection with one that its operator gives you.' };
  auth.authorizationServers = stringsOf(document['authorization_servers']).slice(0, most);
  if (auth.scopes?.length === 0) auth.scopes = stringsOf(document['scopes_supported']).slice(0, 50);
  const [issuer] = auth.authorizationServers;
  if (issuer === undefined || !URL.canParse(issuer)) return { auth, advice: 'It wants a token, and its metadata names no authorization server: store a static connection.' };
  const server = await issuerDocument(read, issuer, signal);
  auth.registration = server === null ? null : registrationOf(server);
  return { auth, advice: adviceOn(issuer, auth, server) };
}

const registrationOf = (server: Record<string, unknown>): Auth['registration'] =>
  server['client_id_metadata_document_supported'] === true ? 'document' : typeof server['registration_endpoint'] === 'string' ? 'dynamic' : 'manual';

function adviceOn(issuer: string, { scopes = [], registration }: Auth, server: Record<string, unknown> | null): string {
  const wants = `It wants a token of ${issuer}${scopes.length === 0 ? '' : ` for ${scopes.join(' ').slice(0, 500)}`}.`;
  if (server === null) return `${wants} The metadata of that authorization server cannot be read from here, so no connection can be made with it yet.`;
  if (!stringsOf(server['code_challenge_methods_supported']).includes('S256')) return `${wants} It does not say that it knows PKCE with S256, without which no connection is made: store a static one.`;
  if (registration === 'manual') return `${wants} Clients are registered there by hand: register one, and give its id to a connection of the kind oauth.`;
  return `${wants} Make a connection of the kind oauth; ${registration === 'document' ? 'we are known there by our document' : 'we register ourselves there'}, and nothing more has to be given.`;
}

async function resourceDocument(read: ReadDocument, resource: string, named: string | null, signal: AbortSignal): Promise<Record<string, unknown> | null> {
  for (const place of [...(named === null ? [] : [named]), ...resourceMetadataPlaces(resource)]) {
    const document = await json(read, place, signal);
    if (document !== null && typeof document['resource'] === 'string' && speaksFor(document['resource'], resource)) return document;
  }
  return null;
}

async function issuerDocument(read: ReadDocument, issuer: string, signal: AbortSignal): Promise<Record<string, unknown> | null> {
  for (const place of issuerMetadataPlaces(issuer)) {
    const document = await json(read, place, signal);
    // RFC 8414 section 3.3: another server's word is no word of this one's.
    if (document !== null) return document['issuer'] === issuer ? document : null;
  }
  return null;
}

/** Null for whatever is not there, is no object, or must not be asked. */
async function json(read: ReadDocument, url: string, signal: AbortSignal): Promise<Record<string, unknown> | null> {
  try {
    const { status, body } = await read(url, signal);
    const value: unknown = status === 200 ? JSON.parse(body) : null;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
