import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readIdentityEnv } from '../../env.ts';
import type { IssueConsoleToken } from '../../tokens/issue-console-token.ts';
import { ManagementApi } from '../management-api.ts';
import { AnswerFirst } from './answer-first.ts';
import { ConsoleApiLimit } from './console-api-limit.ts';

const hostile = '{"name":"</template><script>alert(1)</script>"}';

describe('answers that a page brings along', () => {
  let gateway: Server;
  let answerFirst: AnswerFirst;
  let seen: IncomingMessage[];
  let tokens: string[];
  const late = new AbortController();
  const owner = { userId: 'u1', org: 'acme' };

  beforeAll(async () => {
    gateway = createServer((request, response) => {
      seen.push(request);
      const path = request.url ?? '';
      // Its head comes, and its end does not, until the test says that it is late.
      if (path === '/v1/audit') return void response.writeHead(200).write('{"items":', () => late.abort());
      if (path === '/v1/grants') return void response.writeHead(200).end(`"${'x'.repeat(300 * 1024)}"`);
      return void response.writeHead(path === '/v1/sessions' ? 403 : 200).end(path === '/v1/servers?a=1&b=2' ? hostile : '{}');
    }).listen(0, '127.0.0.1');
    await once(gateway, 'listening');
    const env = readIdentityEnv({
      LATCHKEY_ISSUER: 'https://id.example', LATCHKEY_GATEWAY_URL: 'https://gate.example', DATABASE_URL: 'postgres://unused',
      LATCHKEY_GATEWAY_INTERNAL_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
      LATCHKEY_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    const issue = { run: (_owner, scopes) => Promise.resolve(tokens[tokens.push(`token ${tokens.length} for ${scopes.join(' ')}`) - 1]!) } as IssueConsoleToken;
    answerFirst = new AnswerFirst(new ManagementApi(issue, env), issue, new ConsoleApiLimit(undefined));
  });
  beforeEach(() => {
    [seen, tokens] = [[], []];
  });
  afterAll(() => {
    gateway.closeAllConnections();
    gateway.close();
  });

  it('are text, whatever they say, and asked for with one token that can change nothing', async () => {
    const { text } = await answerFirst.run(owner, ['/v1/servers?a=1&b=2', '/v1/freshness']);
    expect(text).toBe('<template data-answer="/v1/servers?a=1&amp;b=2">{&quot;name&quot;:&quot;&lt;/template&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;}</template><template data-answer="/v1/freshness">{}</template>');
    expect(tokens).toHaveLength(1);
    expect(tokens[0]).not.toMatch(/write|admin|mcp/);
    expect(seen.map(({ headers }) => [headers.authorization, headers.host])).toEqual(seen.map(() => [`Bearer ${tokens[0]}`, 'gate.example']));
    expect(seen).toHaveLength(2);
  });

  it('are not there where they were refused, are too long or come too late', async () => {
    const { text } = await answerFirst.run(owner, ['/v1/sessions', '/v1/grants', '/v1/freshness']);
    expect(text).toBe('<template data-answer="/v1/freshness">{}</template>');
    expect((await answerFirst.run(owner, ['/v1/audit'], late.signal)).text).toBe('');
  });

  it('count as what the same person asks for', async () => {
    const reader = { ...owner, userId: 'u2' };
    for (let asked = 0; asked < 600; asked += 60) await answerFirst.run(reader, Array.from({ length: 60 }, () => '/v1/freshness'));
    const before = seen.length;
    expect((await answerFirst.run(reader, ['/v1/freshness'])).text).toBe('');
    expect([before, seen.length]).toEqual([600, 600]);
  });
});
