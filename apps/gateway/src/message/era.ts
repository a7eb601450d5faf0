import type { IncomingHttpHeaders } from 'node:http';
import { decodeHeaderValue } from './header-value.ts';
import type { Era, MessageShape, NotificationShape, RequestShape } from './message.ts';
import { RpcRefusal, rpcCodes } from './rpc-refusal.ts';

export const modernVersions = ['2026-07-28'] as const;
/** Revisions with a session handshake; 2024-11-05 is what some clients probe with. */
export const legacyVersions: readonly string[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
} as const;

/** Whose value `Mcp-Name` repeats, by method. */
const nameSources: Readonly<Record<string, string>> = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

const isModern = (version: string): boolean => (modernVersions as readonly string[]).includes(version);

const mismatch = (why: string): RpcRefusal =>
  new RpcRefusal(400, rpcCodes.headerMismatch, `Header mismatch: ${why}`, { code: 'header_mismatch' });
const invalidParams = (missing: string[], why: string): RpcRefusal =>
  new RpcRefusal(400, rpcCodes.invalidParams, `Invalid params: ${why}: ${missing.join(', ')}`, { missing });

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value?.trim();
}

/** Node joins what is repeated, and what was joined may read like one value. */
function once(headers: IncomingHttpHeaders, rawHeaders: readonly string[], name: string): string | undefined {
  const value = single(headers, name);
  // Hot path: what is repeated has a comma in it, and hardly anything else has.
  if (value?.includes(', ') === true && rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length > 1) throw mismatch(`${name} is repeated`);
  return value;
}

/** `Mcp-Method` and `Mcp-Name` of a modern request say what its body says, once (GW-43). */
function checkNames(shape: RequestShape | NotificationShape, headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
  const method = once(headers, rawHeaders, 'mcp-method');
  if (method !== undefined && method !== shape.method) throw mismatch('Mcp-Method is not the method of the body');
  if (shape.kind === 'notification') return;
  if (method === undefined) throw mismatch('Mcp-Method is missing');
  const source = Object.hasOwn(nameSources, shape.method) ? nameSources[shape.method] : undefined;
  const wanted = source === undefined ? undefined : shape.params[source];
  if (typeof wanted !== 'string') return;
  const name = once(headers, rawHeaders, 'mcp-name');
  if (name === undefined) throw mismatch('Mcp-Name is missing');
  if (decodeHeaderValue(name) !== wanted) throw mismatch(`Mcp-Name is not params.${source} of the body`);
}

/** GW-43 to GW-45, in the order in which the reference implementation checks, so that clients meet one behaviour. */
function checkModern(shape: RequestShape | NotificationShape, claim: unknown, header: string | undefined, headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
  if (typeof claim !== 'string') throw invalidParams([metaKeys.protocolVersion], '_meta must name the protocol version');
  if (shape.kind === 'request' && !isCapabilities(shape.meta?.[metaKeys.clientCapabilities])) {
    throw invalidParams([metaKeys.clientCapabilities], '_meta lacks');
  }
  if (header !== undefined && header !== claim) throw mismatch('MCP-Protocol-Version is not the version of the body');
  const method = single(headers, 'mcp-method');
  if (method !== undefined && method !== shape.method) throw mismatch('Mcp-Method is not the method of the body');
  if (!isModern(claim)) {
    throw new RpcRefusal(400, rpcCodes.unsupportedVersion, 'Unsupported protocol version', { supported: [...modernVersions], requested: claim });
  }
  if (header === undefined && shape.kind === 'request') throw mismatch('MCP-Protocol-Version is missing');
  checkNames(shape, headers, rawHeaders);
}

const isCapabilities = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Decides the era of one POSTed message by its body alone, headers being a cross-check (GW-40), and holds it to the rules of that era.
 * @throws RpcRefusal 400: -32020, -32022, -32602, or -32600 for a legacy version nobody knows
 */
export function decideEra(shape: MessageShape, headers: IncomingHttpHeaders, rawHeaders: readonly string[] = []): Era {
  const header = single(headers, 'mcp-protocol-version');
  const headerIsModern = header !== undefined && isModern(header);
  if (shape.kind !== 'response') {
    if (shape.meta !== null && Object.hasOwn(shape.meta, metaKeys.protocolVersion)) {
      checkModern(shape, shape.meta[metaKeys.protocolVersion], header, headers, rawHeaders);
      return 'modern';
    }
    if (headerIsModern && shape.kind === 'notification') {
      checkNames(shape, headers, rawHeaders);
      return 'modern';
    }
    if (headerIsModern && shape.method === 'initialize') throw mismatch('initialize belongs to an older version than MCP-Protocol-Version');
    if (headerIsModern) {
      const missing = shape.meta === null ? ['_meta'] : Object.values(metaKeys).filter((key) => !Object.hasOwn(shape.meta ?? {}, key));
      throw invalidParams(missing, 'the request lacks');
    }
  }
  checkLegacyVersion(header);
  return 'legacy';
}

/** An unknown version header is refused (MCP 2025-06-18 onwards, transports); a missing one means 2025-03-26 (GW-49). @throws RpcRefusal */
export function checkLegacyVersion(header: string | undefined): void {
  if (header === undefined || legacyVersions.includes(header) || isModern(header)) return;
  throw new RpcRefusal(400, rpcCodes.invalidRequest, 'Bad Request: Unsupported protocol version', {
    supported: [...legacyVersions, ...modernVersions],
  });
}
