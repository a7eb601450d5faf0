import { eventually, freePort, verifies } from '@latchkey/testing';
import { FormBrowser } from '../src/clients/form-browser.ts';
import { obtainToken, registerClient } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startAuthorizingProxy, type AuthorizingProxy } from '../src/conformance/authorizing-proxy.ts';
import { failuresOf, keepReport, requiredScenarios, runConformance } from '../src/conformance/conformance-tool.ts';
import { judge } from '../src/conformance/expected-failures.ts';
import { startEverything, type Everything } from '../src/everything/start.ts';
import { startSeparate, type Separate } from '../src/harness/separate.ts';
import { registerServer } from '../src/harness/system.ts';

describe('the official conformance tool', () => {
  let system: Separate;
  let fixture: Everything;
  let proxy: AuthorizingProxy;
  let resource: string;

  beforeAll(async () => {
    fixture = await startEverything();
    system = await startSeparate('conformance', { LATCHKEY_RATE_LIMIT_PER_MINUTE: '100000' });
    resource = await registerServer(system, 'everything', fixture.url);
    const { access } = await obtainToken({ issuer: system.issuer, resource, scope: 'mcp:read mcp:execute', account: system.admin });
    system.secrets.add('conformance access token', access);
    await eventually(async () => (await rawMcp({ url: resource, token: access, method: 'tools/list', params: {} })).status === 200);
    proxy = await startAuthorizingProxy(resource, access);
  }, 120_000);
  afterAll(async () => {
    await proxy?.close();
    await system?.stop();
    await fixture?.close();
  }, 30_000);

  for (const revision of ['2026-07-28', '2025-11-25']) {
    verifies(['CT-01', 'CT-02'], `server requirements of ${revision}: through the gateway the same as directly`, async () => {
      const direct = await runConformance(['server', '--url', fixture.url, '--requirements', revision]);
      const through = await runConformance(['server', '--url', proxy.url, '--requirements', revision]);
      keepReport(system.logDir, revision, { direct, through });
      const failures = failuresOf(through, requiredScenarios(revision));
      expect(judge(`server ${revision}`, failures)).toEqual({ unexpected: [], stale: [] });
      // Also what does not count: a gateway that mends or breaks anything on the way is no gateway.
      expect(through).toEqual(direct);
    }, 120_000);
  }

  verifies('CT-04', 'authorization: the identity service passes every scenario', async () => {
    const port = await freePort();
    const redirectUri = `http://127.0.0.1:${port}/callback`;
    const clientId = await registerClient(system.issuer, redirectUri, 'Conformance');
    let walk: Promise<URL> | undefined;
    const report = await runConformance(
      ['authorization', '--url', system.issuer, '--client-id', clientId, '--port', String(port), '--resource', resource],
      (output) => {
        const url = new RegExp(`^${system.issuer}/oauth/authorize\\?\\S+$`, 'm').exec(output)?.[0];
        if (url !== undefined) walk ??= new FormBrowser(system.admin).authorize(url, redirectUri);
      },
    );
    await walk;
    keepReport(system.logDir, 'authorization', report);
    const verdicts = Object.values(report).flatMap((checks) => Object.values(checks));
    expect(verdicts).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect(judge('authorization', failuresOf(report, Object.keys(report)))).toEqual({ unexpected: [], stale: [] });
  }, 60_000);

  it('leaves no secret of the run in the logs', () => {
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });
});
