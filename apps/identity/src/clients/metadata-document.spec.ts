import { verifies } from '@latchkey/testing';
import { isAllowedDocument, isDocumentUrl, rewriteMetadataDocument } from './metadata-document.ts';

const url = 'https://claude.ai/oauth/claude-code-client-metadata';
const rewritten = (document: object): unknown => JSON.parse(rewriteMetadataDocument(url, JSON.stringify(document)));

describe('client ID metadata documents', () => {
  verifies('AS-11', 'are rewritten into what a strict engine takes', () => {
    expect(
      rewritten({
        client_id: url, client_name: 'Claude Code', redirect_uris: ['http://localhost/callback'], scope: 'anything', grant_types: ['authorization_code', 'urn:x'],
        response_types: ['code', 'token'], jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'secret' }] },
      }),
    ).toEqual({
      client_id: url, client_name: 'Claude Code', redirect_uris: ['http://localhost/callback'], grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'], application_type: 'native', token_endpoint_auth_method: 'none', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] },
    });
  });

  verifies('AS-15', 'keep a choice of methods for the engine to choose from', () => {
    const document = { client_id: url, client_name: 'ChatGPT', redirect_uris: ['https://chatgpt.com/connector/oauth/1'], token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'], jwks_uri: 'https://chatgpt.com/jwks' };
    expect(rewritten(document)).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt', application_type: 'web', jwks_uri: 'https://chatgpt.com/jwks' });
  });

  it('are told from key sets and from garbage, which pass as they are', () => {
    for (const text of ['{"keys":[]}', 'garbage', '[]', 'null', `{"client_id":"https://other.example/x"}`]) expect(rewriteMetadataDocument(url, text)).toBe(text);
  });

  verifies('AS-12', 'need a name and sound redirects', () => {
    expect(isAllowedDocument({ clientName: 'A', redirectUris: ['https://a.example/cb'] }, true)).toBe(true);
    expect(isAllowedDocument({ clientName: undefined, redirectUris: ['https://a.example/cb'] }, true)).toBe(false);
    expect(isAllowedDocument({ clientName: 'A', redirectUris: [] }, true)).toBe(false);
    expect(isAllowedDocument({ clientName: 'A', redirectUris: ['https://a.example/cb', 'http://a.example/cb'] }, true)).toBe(false);
  });

  verifies('AS-10', 'are at URLs with a path', () => {
    expect([isDocumentUrl(url), isDocumentUrl('https://claude.ai'), isDocumentUrl('https://claude.ai/'), isDocumentUrl('dyn-1')]).toEqual([true, false, false, false]);
  });
});
