import { verifies } from '@latchkey/testing';
import { parseScopes, satisfies } from './scopes.ts';

describe('scopes', () => {
  it('drops unknown names and repeats', () => {
    expect(parseScopes('mcp:read openid mcp:read nonsense keys:write')).toEqual(['mcp:read', 'keys:write']);
  });

  verifies('GW-34', 'lets write include read of the same family only', () => {
    expect(satisfies(['keys:write'], ['keys:read'])).toBe(true);
    expect(satisfies(['keys:read'], ['keys:write'])).toBe(false);
    expect(satisfies(['keys:write'], ['servers:read'])).toBe(false);
  });
});
