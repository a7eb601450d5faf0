import { renderChallenge } from './challenge.ts';

const resourceMetadata = 'https://gate.example/.well-known/oauth-protected-resource/mcp/demo';

describe('renderChallenge', () => {
  it('names metadata and scope, and no error when there was no credential', () => {
    expect(renderChallenge({ resourceMetadata, scopes: ['mcp:read', 'mcp:execute'] })).toBe(
      `Bearer resource_metadata="${resourceMetadata}", scope="mcp:read mcp:execute"`,
    );
  });

  it('names what a proof may be signed with, where a proof is asked for', () => {
    expect(renderChallenge({ scheme: 'DPoP', resourceMetadata, scopes: ['mcp:read'], error: 'invalid_dpop_proof' })).toBe(
      `DPoP error="invalid_dpop_proof", resource_metadata="${resourceMetadata}", scope="mcp:read", algs="ES256 Ed25519 EdDSA"`,
    );
  });

  it('lets no quote of a description end the parameter', () => {
    expect(renderChallenge({ resourceMetadata, scopes: [], error: 'invalid_token', description: 'a "b" \\ c' })).toBe(
      `Bearer error="invalid_token", error_description="a b  c", resource_metadata="${resourceMetadata}"`,
    );
  });
});
