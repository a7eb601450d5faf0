import { verifies } from '@latchkey/testing';
import { decideEra, metaKeys } from './era.ts';
import { readShape } from './message.ts';
import { RpcRefusal } from './rpc-refusal.ts';

const meta = (version: unknown = '2026-07-28', more: object = { [metaKeys.clientCapabilities]: {} }) => ({ [metaKeys.protocolVersion]: version, ...more });
const call = (params: object = {}) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' };
const modernCall = call({ name: 'add', _meta: meta() });

function judge(message: object, headers: Record<string, string>): string | { code: number; status: number; data: unknown } {
  try {
    return decideEra(readShape(message), headers);
  } catch (error) {
    if (error instanceof RpcRefusal) return { code: error.code, status: error.status, data: error.data };
    throw error;
  }
}
const refused = (code: number) => expect.objectContaining({ code, status: 400 }) as unknown;

describe('decideEra', () => {
  verifies('GW-40', 'the body decides: with the version in _meta it is modern, without it legacy', () => {
    expect(judge(modernCall, modern)).toBe('modern');
    expect(judge(call({ name: 'add' }), {})).toBe('legacy');
    expect(judge({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }, {})).toBe('legacy');
  });

  verifies('GW-40', 'a modern header over an initialize without _meta is -32020', () => {
    expect(judge({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }, modern)).toEqual(refused(-32020));
  });

  verifies('GW-43', 'each header of a modern request is there and says what the body says', () => {
    for (const name of Object.keys(modern)) {
      expect(judge(modernCall, Object.fromEntries(Object.entries(modern).filter(([key]) => key !== name)))).toEqual(refused(-32020));
    }
    expect(judge(modernCall, { ...modern, 'mcp-protocol-version': '2025-11-25' })).toEqual(refused(-32020));
    expect(judge(modernCall, { ...modern, 'mcp-method': 'tools/list' })).toEqual(refused(-32020));
    expect(judge(modernCall, { ...modern, 'mcp-name': 'Add' })).toEqual(refused(-32020));
    // Node joins what was sent twice.
    expect(judge(modernCall, { ...modern, 'mcp-name': 'add, add' })).toEqual(refused(-32020));
  });

  verifies('GW-43', 'Mcp-Name is decoded before it is compared', () => {
    const name = 'größe ✓';
    const encoded = `=?base64?${Buffer.from(name).toString('base64')}?=`;
    const message = call({ name, _meta: meta() });
    expect(judge(message, { ...modern, 'mcp-name': encoded })).toBe('modern');
    expect(judge(message, { ...modern, 'mcp-name': '=?base64?%%%?=' })).toEqual(refused(-32020));
    expect(judge(message, { ...modern, 'mcp-name': '=?base64?/w==?=' })).toEqual(refused(-32020));
    const read = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'test://a', _meta: meta() } };
    expect(judge(read, { ...modern, 'mcp-method': 'resources/read', 'mcp-name': 'test://b' })).toEqual(refused(-32020));
    expect(judge(read, { ...modern, 'mcp-method': 'resources/read', 'mcp-name': 'test://a' })).toBe('modern');
  });

  verifies('GW-44', '_meta without what it must hold is -32602 and names it', () => {
    expect(judge(call({ name: 'add' }), modern)).toEqual({ code: -32602, status: 400, data: { missing: ['_meta'] } });
    expect(judge(call({ name: 'add', _meta: { [metaKeys.clientCapabilities]: {} } }), modern)).toEqual({ code: -32602, status: 400, data: { missing: [metaKeys.protocolVersion] } });
    expect(judge(call({ name: 'add', _meta: meta('2026-07-28', {}) }), modern)).toEqual({ code: -32602, status: 400, data: { missing: [metaKeys.clientCapabilities] } });
    expect(judge(call({ name: 'add', _meta: meta(20260728) }), modern)).toEqual(refused(-32602));
  });

  verifies('GW-45', 'a version that is not served is -32022 with what is', () => {
    for (const version of ['2027-01-01', '2025-11-25']) {
      expect(judge(call({ name: 'add', _meta: meta(version) }), { ...modern, 'mcp-protocol-version': version })).toEqual({
        code: -32022, status: 400, data: { supported: ['2026-07-28'], requested: version },
      });
    }
  });

  verifies('GW-49', 'a notification needs no headers, but those it has must be true', () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, _meta: meta() } };
    expect(judge(notification, {})).toBe('modern');
    expect(judge(notification, { 'mcp-method': 'tools/call' })).toEqual(refused(-32020));
    expect(judge({ jsonrpc: '2.0', method: 'notifications/initialized' }, {})).toBe('legacy');
  });

  verifies('GW-49', 'legacy: Mcp-Method and Mcp-Name do not matter, an unknown version does', () => {
    expect(judge(call({ name: 'add' }), { 'mcp-method': 'tools/list', 'mcp-name': 'x', 'mcp-protocol-version': '2025-11-25' })).toBe('legacy');
    expect(judge(call({ name: 'add' }), { 'mcp-protocol-version': '1999-01-01' })).toEqual(refused(-32600));
  });
});

describe('readShape', () => {
  verifies('GW-42', 'an array, and whatever is no JSON-RPC 2.0 message, is -32600', () => {
    const bad: unknown[] = [
      [], [call()], 1, 'a', null, {}, { jsonrpc: '1.0', id: 1, method: 'ping' }, { jsonrpc: '2.0', id: 1 }, { jsonrpc: '2.0', id: null, method: 'ping' },
      { jsonrpc: '2.0', id: {}, method: 'ping' }, { jsonrpc: '2.0', id: 1, method: 7 }, { jsonrpc: '2.0', id: 1, method: '' },
      { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }, { jsonrpc: '2.0', id: 1, result: {}, error: {} }, { jsonrpc: '2.0', result: {} },
    ];
    for (const value of bad) expect(() => readShape(value)).toThrow(expect.objectContaining({ status: 400, code: -32600 }));
  });
});
