import { verifies } from '@latchkey/testing';
import { toolOperation } from './tool-operation.ts';

describe('paths of tools', () => {
  verifies('G11', 'name a server and a tool, decoded once', () => {
    expect(toolOperation('/v1/tools/demo', 'GET')).toEqual({ server: 'demo', operation: { kind: 'list' } });
    expect(toolOperation('/v1/tools/demo/openapi.json', 'GET')).toEqual({ server: 'demo', operation: { kind: 'describe' } });
    expect(toolOperation('/v1/tools/demo/openapi.json', 'POST')).toEqual({ server: 'demo', operation: { kind: 'call', tool: 'openapi.json' } });
    expect(toolOperation('/v1/tools/demo/a%2Fb%252F', 'POST')).toEqual({ server: 'demo', operation: { kind: 'call', tool: 'a/b%2F' } });
    for (const path of ['/v1/tools/', '/v1/tools/demo/a/b', '/v1/tools/demo/', '/v1/tools/De_mo/a', '/v1/tools//a']) expect([path, toolOperation(path, 'GET')]).toEqual([path, null]);
  });
});
