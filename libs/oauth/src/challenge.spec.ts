import { renderChallenge } from './challenge.ts';

const resourceMetadata = 'https://gate.example/.well-known/oauth-protected-resource/mcp/demo';

describe('renderChallenge', () => {
  it('names metadata and scope, and no error when there was no credential', () => {
    expect(renderChallenge({ resourceMetadata, scopes: ['mcp:read', 'mcp:execute'] })).toBe(
      `Bearer resource_metadata="${resourceMetadata}", scope="mcp:read mcp:execute"`,
    );
  });

  it('lets no quote of a description end the parameter', () => {
    expect(renderChallenge({ resourceMetadata, scopes: [], error: 'invalid_token', description: 'a "b" \\ c' })).toBe(
      `Bearer error="invalid_token", error_description="a b  c", resource_metadata="${resourceMetadata}"`,
    );
  });
});
