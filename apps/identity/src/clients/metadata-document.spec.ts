import { verifies } from '@latchkey/testing';
import { isAllowedDocument, type DocumentPolicy } from './document-policy.ts';
import { isDocumentUrl, rewriteMetadataDocument } from './metadata-document.ts';

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

  const open: DocumentPolicy = { allowPrivateUse: true, allowLoopbackOnly: true, allowedDomains: null, blockedDomains: [] };
  const document = { clientId: url, clientName: 'A', redirectUris: ['https://a.example/cb'] };

  verifies('AS-12', 'need a name and sound redirects', () => {
    expect(isAllowedDocument(document, open)).toBe(true);
    expect(isAllowedDocument({ ...document, clientName: undefined }, open)).toBe(false);
    expect(isAllowedDocument({ ...document, redirectUris: [] }, open)).toBe(false);
    expect(isAllowedDocument({ ...document, redirectUris: ['https://a.example/cb', 'http://a.example/cb'] }, open)).toBe(false);
    expect(isAllowedDocument({ ...document, redirectUris: ['app:/cb'] }, { ...open, allowPrivateUse: false })).toBe(false);
  });

  verifies('AS-12', 'come from domains that the operator lets in, and from none that are blocked', () => {
    const from = (clientId: string, policy: Partial<DocumentPolicy>) => isAllowedDocument({ ...document, clientId }, { ...open, ...policy });
    expect([from(url, { allowedDomains: ['claude.ai'] }), from('https://evil.example/x', { allowedDomains: ['claude.ai'] })]).toEqual([true, false]);
    expect([from('https://a.trusted.example/x', { allowedDomains: ['*.trusted.example'] }), from('https://trusted.example/x', { allowedDomains: ['*.trusted.example'] })]).toEqual([true, false]);
    for (const spelling of [url, 'https://CLAUDE.ai/x', 'https://claude.ai./x', 'https://claude.ai:8443/x']) {
      expect([spelling, from(spelling, { blockedDomains: ['claude.ai'], allowedDomains: ['claude.ai'] })]).toEqual([spelling, false]);
    }
  });

  verifies('AS-12', 'are refused to clients that are answered on the own computer only, where the operator says so', () => {
    const strict = { ...open, allowLoopbackOnly: false };
    expect(isAllowedDocument({ ...document, redirectUris: ['http://localhost/cb', 'http://127.0.0.1/cb'] }, strict)).toBe(false);
    expect(isAllowedDocument({ ...document, redirectUris: ['http://localhost/cb', 'https://a.example/cb'] }, strict)).toBe(true);
  });

  verifies('AS-10', 'are at URLs with a path', () => {
    expect([isDocumentUrl(url), isDocumentUrl('https://claude.ai'), isDocumentUrl('https://claude.ai/'), isDocumentUrl('dyn-1')]).toEqual([true, false, false, false]);
  });
});
