import { verifies } from '@latchkey/testing';
import { readChallenge } from './challenge.ts';
import { issuerMetadataPlaces, resourceMetadataPlaces, speaksFor } from './metadata-places.ts';
import { credentialOf } from './token-credential.ts';

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
    expect(readChallenge('Bearer resource_metadata="https://a.example/m", scope="a b"')).toEqual({ resourceMetadata: 'https://a.example/m', scope: 'a b' });
    expect(readChallenge('Basic realm="x", bearer error="invalid_token",scope=a , resource_metadata = https://a.example')).toEqual({ resourceMetadata: 'https://a.example', scope: 'a' });
    expect(readChallenge('Bearer error_description="a \\"scope=b\\" c"')).toMatchObject({ resourceMetadata: null });
    for (const none of [null, '', 'Basic realm="Bearers"', 'Bearer']) expect(readChallenge(none)).toEqual({ resourceMetadata: null, scope: null });
  });
});

describe('what is kept of a token response', () => {
  const token = { access_token: 'a.b-c_d~e+f/g==', token_type: 'bearer' as const, expires_in: 60 };

  it('is the header value, its end, and the newest refresh token', () => {
    expect(credentialOf(token, 1000)).toEqual({ value: 'Bearer a.b-c_d~e+f/g==', expiresAt: new Date(61_000) });
    expect(credentialOf({ ...token, refresh_token: 'new' }, 0, 'old')).toMatchObject({ refreshToken: 'new' });
    expect(credentialOf({ access_token: 'a', token_type: 'bearer' }, 0, 'old')).toEqual({ value: 'Bearer a', expiresAt: null, refreshToken: 'old' });
  });

  verifies('K11', 'is nothing of what a header cannot carry, or of another type', () => {
    for (const access_token of ['a b', 'a\r\nx: y', 'ü', '']) expect(() => credentialOf({ ...token, access_token }, 0)).toThrow('no bearer token');
    expect(() => credentialOf({ ...token, token_type: 'dpop' }, 0)).toThrow('no bearer token');
  });
});
