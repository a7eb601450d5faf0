import { eventually, freePort } from '@latchkey/testing';
import { CommandLine } from '../clients/command-line.ts';
import { PageBrowser } from '../clients/page-browser.ts';
import { rawMcp } from '../clients/raw-mcp.ts';
import type { System } from '../harness/system.ts';
import { expectPatWorks, expectRefused, resourceAt, type Pat } from './pat-journey.ts';

interface Report {
  ok: boolean;
  checks: { check: string; status: string; detail: string }[];
}
const withStatus = ({ checks }: Report, status: string): string[] => checks.filter((one) => one.status === status).map(({ check }) => check);

/** What an operator knows beside the public URLs. */
export interface Operated extends System {
  readonly keysUrl: string;
  /** Where the gateway shows itself to those who run it */
  readonly managementUrl: string;
}

/** Runs `latchkey login`; whoever sits there allows it at the page that it names, with the code that it names. */
async function signIn(system: System, terminal: CommandLine): Promise<void> {
  const login = terminal.start(['login']);
  const [page = '', code = ''] = await eventually(() => {
    const [, uri, userCode] = /open\n\n {2}(\S+)\n\nand enter the code\n\n {2}(\S+)\n/.exec(login.said()) ?? [];
    return userCode === undefined ? false : [uri, userCode];
  }, { timeoutMs: 60_000 });
  const { email, password } = system.admin;
  const person = new PageBrowser();
  const compare = await person.press(await person.open(page), 'Continue', { Code: code });
  const consent = await person.press(await person.press(compare, 'Yes, continue'), 'Sign in', { Email: email, Password: password });
  expect(consent.text).toContain('Latchkey command line');
  expect((await person.press(consent, 'Allow')).text).toContain('Your device is connected');
  for (const value of person.cookies.values()) system.secrets.add('cookie of the page for the command line', value);
  expect(await login.outcome).toMatchObject({ code: 0, out: `Signed in to ${system.gatewayUrl}.\n` });
}

/** Somebody keeps house from a terminal: signs in, makes keys, asks why one was refused, looks the deployment over, signs out. */
export async function expectCommandLine(system: Operated, slug: string): Promise<void> {
  const terminal = new CommandLine(system.gatewayUrl);
  expect((await terminal.run('whoami')).code).toBe(3);
  await signIn(system, terminal);
  expect(await terminal.run('whoami')).toMatchObject({ code: 0, json: { org: system.org, client: 'latchkey-cli', source: 'sign-in' } });
  const tools = await terminal.run(`servers tools ${slug}`);
  expect((tools.json['items'] as { name: string }[]).map(({ name }) => name)).toContain('whoami');

  const key = (await terminal.run('keys create terminal --scope mcp:read mcp:execute --expires 7d')).json as unknown as Pat;
  const reader = (await terminal.run('keys create reader --scope mcp:read --expires 7d')).json as unknown as Pat;
  for (const { token } of [key, reader]) system.secrets.add('key made at a terminal', token);
  await expectPatWorks(system, slug, key);
  expect(await terminal.run('keys verify --scope mcp:execute', reader.token)).toMatchObject({ code: 4, json: { valid: false, code: 'insufficient_scope' } });

  const call = await eventually(async () => {
    const answer = await rawMcp({ url: resourceAt(system.gatewayUrl, slug), token: reader.token });
    expect(answer.status).toBe(403);
    return answer;
  });
  const requestId = call.headers.get('x-request-id') ?? '';
  const then = await eventually(async () => {
    const answer = await terminal.run(`explain ${requestId}`);
    return answer.code === 0 ? answer : false;
  }, { timeoutMs: 60_000 });
  expect(then.json).toMatchObject({ event: { requestId, code: 'insufficient_scope' }, decision: { kind: 'scope', required: ['mcp:execute'] }, agrees: true });
  const now = await terminal.run(`explain --server ${slug} --tool whoami --door rest --credential ${reader.id}`);
  expect(now.json).toMatchObject({ decision: { kind: 'scope', required: ['workflow:run'] }, credential: { id: reader.id } });

  expect(await terminal.run(`keys revoke ${key.id} ${reader.id}`)).toMatchObject({ code: 0, json: { revoked: 2 } });
  await expectRefused(system, slug, key.token, 'token_revoked');

  const well = await terminal.run(`doctor --keys ${system.keysUrl} --management ${system.managementUrl}`);
  const report = well.json as unknown as Report;
  expect({ code: well.code, ok: report.ok, not: report.checks.filter(({ status }) => status !== 'ok') }).toEqual({ code: 0, ok: true, not: [] });
  // Behind another name than it is configured with, as after a move; and keys is down.
  const ill = await terminal.run(`doctor --gateway ${system.gatewayUrl.replace('localhost', '127.0.0.1')} --keys http://127.0.0.1:${await freePort()}`);
  expect([ill.code, withStatus(ill.json as unknown as Report, 'failed')]).toEqual([1, ['resource', 'challenge', 'keys ready']]);

  expect((await terminal.run('logout')).code).toBe(0);
  expect((await terminal.run('keys list')).code).toBe(3);
}
