import { both, codeGrants, type ClientShape } from './shape.ts';

const vscode = 'https://vscode.dev/oauth/client-metadata.json';
const vscodeRedirects = ['http://127.0.0.1/', 'http://127.0.0.1:33418/', 'https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect'];
const cursorRedirects = ['cursor://anysphere.cursor-mcp/oauth/callback', 'https://www.cursor.com/agents/mcp/oauth/callback', 'http://localhost:8787/callback'];

export const editorShapes: readonly ClientShape[] = [
  {
    name: 'Cursor, three redirects at once and a type that fits one of them',
    recordedFrom: ['erp-mafia/accounted#2225', 'better-auth/better-auth#10946', 'soflyy/agent-connector-for-wp#111', 'bytebase/bytebase#20510'],
    registration: { by: 'registration', body: { client_name: 'Cursor', redirect_uris: cursorRedirects, application_type: 'web', token_endpoint_auth_method: 'none', ...codeGrants } },
    auth: 'none',
    redirects: cursorRedirects,
    authorization: { scope: both, resource: 'exact' },
    token: { resource: 'exact' },
    expect: { applicationType: 'native', scope: both, loopbackOnly: false },
  },
  {
    name: 'VS Code, by its document',
    recordedFrom: ['microsoft/vscode#298300', 'microsoft/vscode#278512', 'microsoft/vscode#249663', 'microsoft/vscode#259588'],
    assumed: 'the members of the document beside redirect_uris',
    registration: {
      by: 'document',
      id: vscode,
      document: { client_id: vscode, client_name: 'Visual Studio Code', client_uri: 'https://vscode.dev/product', redirect_uris: vscodeRedirects, application_type: 'native', token_endpoint_auth_method: 'none', ...codeGrants },
    },
    auth: 'none',
    redirects: ['http://127.0.0.1:49301/', 'http://127.0.0.1:33418/', 'https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect'],
    // All of scopes_supported of the server.
    authorization: { scope: both, resource: 'exact' },
    token: { resource: 'exact' },
    expect: { scope: both, loopbackOnly: false },
  },
  {
    name: 'VS Code, registered',
    recordedFrom: ['microsoft/vscode#278512', 'elmohq/elmo#684', 'contextstream/mcp-server#57'],
    assumed: 'client_uri and the order of the redirects',
    registration: { by: 'registration', body: { client_name: 'Visual Studio Code', client_uri: 'https://code.visualstudio.com', redirect_uris: ['https://insiders.vscode.dev/redirect', 'https://vscode.dev/redirect', 'http://127.0.0.1/', 'http://127.0.0.1:33418/'], application_type: 'native', scope: both, token_endpoint_auth_method: 'none', ...codeGrants } },
    auth: 'none',
    redirects: ['http://127.0.0.1:33418/', 'http://127.0.0.1:50505/'],
    authorization: { scope: both, resource: 'exact' },
    token: { resource: 'exact' },
    expect: { applicationType: 'native', scope: both },
  },
];
