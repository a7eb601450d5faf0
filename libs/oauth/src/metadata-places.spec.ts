import { verifies } from '@latchkey/testing';
import { issuerMetadataPlaces, resourceMetadataPlaces, speaksFor } from './metadata-places.ts';
import { readChallenge, scopeTokens } from './read-challenge.ts';

describe('where an authorization server is looked for', () => {
  verifies('GW-85', 'the resource: below its path, then at the root', () => {
    expect(resourceMetadataPlaces('https://a.example/mcp/x')).toEqual(['https://a.example/.well-known/oauth-protected-resource/mcp/x', 'https://a.example/.well-known/oauth-protected-resource']);
    expect(resourceMetadataPlaces('https://a.example/')).toEqual(['https://a.example/.well-known/oauth-protected-resource']);
  });

  verifies('GW-85', 'the server: in the order of the protocol', () => {
    expect(issuerMetadataPlaces('https://a.example')).toEqual(['https://a.example/.well-known/oauth-authorization-server', 'https://a.example/.well-known/openid-configuration']);
    expect(issuerMetadataPlaces('https://a.example/t/1/')).toEqual([
      'https://a.example/.well-known/oauth-authorization-server/t/1', 'https://a.example/.well-known/openid-configuration/t/1', 'https://a.example/t/1/.well-known/openid-configuration',
    ]);
  });

  verifies('GW-85', 'metadata speaks for its own origin and what is below its path', () => {
    const resource = 'https://a.example/mcp/x';
    for (const told of [resource, 'https://a.example', 'https://a.example/mcp/', 'https://a.example/mcp']) expect([told, speaksFor(told, resource)]).toEqual([told, true]);
    for (const told of ['https://b.example/mcp/x', 'http://a.example/mcp/x', 'https://a.example/mcp/xy', 'https://a.example/mc', 'https://a.example:444/', 'no url', '']) expect([told, speaksFor(told, resource)]).toEqual([told, false]);
  });

  it('reads a challenge however it is written, and nothing where there is none', () => {
    expect(readChallenge('Bearer resource_metadata="https://a.example/m", scope="a b"')).toEqual({ error: null, resourceMetadata: 'https://a.example/m', scope: 'a b' });
    expect(readChallenge('Basic realm="x", bearer error="invalid_token",scope=a , resource_metadata = https://a.example')).toEqual({ error: 'invalid_token', resourceMetadata: 'https://a.example', scope: 'a' });
    expect(readChallenge('Bearer error_description="a \\"scope=b\\" c"')).toMatchObject({ error: null, resourceMetadata: null });
    for (const none of [null, '', 'Basic realm="Bearers"', 'Bearer']) expect(readChallenge(none)).toEqual({ error: null, resourceMetadata: null, scope: null });
  });

  it('takes of a text what are scopes, each once', () => {
    expect(scopeTokens(' a  b\ta \u0000 "c" d\\e ü repo:read')).toEqual(['a', 'b', 'repo:read']);
    expect(scopeTokens('x'.repeat(201))).toEqual([]);
    expect(scopeTokens(null)).toEqual([]);
  });
});
