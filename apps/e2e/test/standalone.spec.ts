import { eventually, freePort, launchChromium, verifies } from '@latchkey/testing';
import type { Browser } from 'playwright-core';
import { startCallbackListener, type CallbackListener } from '../src/clients/callback-listener.ts';
import { signInWithChromium } from '../src/clients/chromium-sign-in.ts';
import { FormBrowser } from '../src/clients/form-browser.ts';
import { Inspector } from '../src/clients/inspector.ts';
import { LegacyClient } from '../src/clients/legacy-client.ts';
import { ModernClient } from '../src/clients/modern-client.ts';
import { obtainToken } from '../src/clients/obtain-token.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startStandalone, type Standalone } from '../src/harness/standalone.ts';
import { badInputs, codeOf } from '../src/journeys/bad-input.ts';
import { expectCommandLine } from '../src/journeys/command-line.ts';
import { connectByOAuth, expectDiscovery, expectRefresh, expectRevocation, expectTools } from '../src/journeys/oauth-journey.ts';
import { expectOtherDoors } from '../src/journeys/other-doors.ts';
import { startEverything } from '../src/everything/start.ts';
import { manage, registerServer } from '../src/harness/system.ts';
import { expectMetricsDocumented } from '../src/journeys/metrics.ts';
import { expectForgedPatsRefused, expectPatLifeCycle, mintPat } from '../src/journeys/pat-journey.ts';
import { expectCallTraced, expectRevocationTraced } from '../src/journeys/traces.ts';

describe('npm start', () => {
  let system: Standalone;
  let browser: Browser;
  let callback: CallbackListener;
  const slug = () => system.demo.slice(system.demo.lastIndexOf('/') + 1);

  beforeAll(async () => {
    system = await startStandalone('standalone', { LATCHKEY_RATE_LIMIT_PER_MINUTE: '1000', LATCHKEY_DEVICE_POLL_SECONDS: '1' });
    browser = await launchChromium();
    callback = await startCallbackListener();
  }, 300_000);
  afterAll(async () => {
    await callback?.close();
    await browser?.close();
    await system?.stop();
  }, 120_000);

  verifies('I1', 'a modern client walks the whole flow in Chromium, calls tools, refreshes, and is refused after revocation', async () => {
    await expectDiscovery(system, system.demo);
    const client = new ModernClient(system.demo, callback.url);
    await connectByOAuth(system, client, system.demo, async (url) => {
      const pages = await signInWithChromium(browser, system.admin, url, callback.url);
      // AS-90: the page names the client, where it sends the answer, and what for.
      expect(pages.consent).toContain('Modern journey');
      expect(pages.consent).toContain('127.0.0.1');
      expect(pages.consent).toContain(system.demo);
      return callback.next();
    });
    await expectTools(client);
    await expectRefresh(system, client);
    await expectRevocation(system, client, system.demo);
    await client.close();
  });

  verifies('I1', 'a legacy client walks the same flow by forms alone', async () => {
    await expectDiscovery(system, system.demo);
    const client = new LegacyClient(system.demo, callback.url);
    await connectByOAuth(system, client, system.demo, async (url) => {
      const person = new FormBrowser(system.admin);
      await person.authorize(url, callback.url);
      for (const value of person.cookies.values()) system.secrets.add('cookie', value);
      return callback.next();
    });
    await expectTools(client);
    await expectRefresh(system, client);
    await expectRevocation(system, client, system.demo);
    await client.close();
  });

  const revoke = async (inspector: Inspector) => {
    const [token = ''] = inspector.stored('refresh_token');
    const [client_id = ''] = inspector.stored('client_id');
    expect(token).not.toBe('');
    const response = await fetch(`${system.issuer}/oauth/revoke`, { method: 'POST', body: new URLSearchParams({ token, client_id }) });
    expect(response.status).toBe(200);
  };

  for (const era of ['legacy', 'modern']) {
    verifies('CT-07', `the Inspector's command line signs in, returns a tool's result, and is refused after revocation (${era})`, async () => {
      const inspector = new Inspector(system.admin, await freePort());
      try {
        const args = ['--protocol-era', era, '--format', 'json', '--method', 'tools/call', '--tool-name', 'convert_time'];
        const pairs = ['--tool-arg', 'time=2026-07-28T14:30', 'from=Europe/Berlin', 'to=Asia/Tokyo'];
        const run = await inspector.run(system.demo, [...args, ...pairs]);
        expect({ code: run.code, stderr: run.code === 0 ? '' : run.stderr }).toEqual({ code: 0, stderr: '' });
        expect(run.stdout).toContain('2026-07-28T21:30:00');
        for (const member of ['access_token', 'refresh_token'] as const) {
          for (const value of inspector.stored(member)) system.secrets.add(`Inspector ${member}`, value);
        }

        const again = await inspector.run(system.demo, ['--stored-auth-only', ...args, ...pairs]);
        expect({ code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({ code: 0, stderr: '' });

        await revoke(inspector);
        const refused = await eventually(async () => {
          const attempt = await inspector.run(system.demo, ['--stored-auth-only', ...args, ...pairs]);
          expect(attempt.code).not.toBe(0);
          return attempt;
        });
        expect(refused.stderr).toContain('auth_required');
      } finally {
        inspector.dispose();
      }
    });
  }

  verifies('K2', 'a PAT calls the same tools until it is revoked', () => expectPatLifeCycle(system, slug()));
  verifies('GW-23', 'a mistyped and an unknown PAT are told apart', () => expectForgedPatsRefused(system, slug()));

  verifies(['G10', 'G11', 'G4', 'G14', 'G12'], 'an agent keeps house by tools, and its key goes through every other door until it is revoked', () => expectOtherDoors(system, slug()));

  verifies(['O6', 'G15'], 'somebody at a terminal signs in at a page, makes, explains and revokes keys, and has the deployment looked over, whole and broken', () => expectCommandLine(system, slug()), 300_000);

  describe('bad input', () => {
    let token: string;
    beforeAll(async () => {
      token = (await obtainToken({ issuer: system.issuer, resource: system.demo, scope: 'mcp:read mcp:execute', account: system.admin })).access;
      system.secrets.add('token of the bad requests', token);
    });

    for (const { what, status, code, send } of badInputs) {
      verifies('GW-01', `${what} is answered ${status}`, async () => {
        const answer = await send(system.demo, token);
        expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code });
        expect(JSON.stringify(answer.body)).not.toContain(token);
        expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\bat \w+ \(|Error:/);
      });
    }

    it('leaves the process well', async () => {
      expect(system.process.isRunning()).toBe(true);
      expect((await rawMcp({ url: system.demo, token })).status).toBe(200);
    });
  });

  verifies('O3', 'a call is one trace, from its client through the gateway to the server', async () => {
    const fixture = await startEverything();
    try {
      const url = await registerServer(system, 'everything', fixture.url);
      const pat = await mintPat(system, await manage(system, 'keys:write'), 'calls in a trace');
      await eventually(async () => expect((await rawMcp({ url, token: pat.token, method: 'tools/list', params: {} })).status).toBe(200));
      await expectCallTraced(system, 'everything', fixture, pat);
    } finally {
      await fixture.close();
    }
  });
  verifies('O3', 'a revocation is followed from its request through keys and the feed to the gateway', () => expectRevocationTraced(system));
  verifies('O3', 'the metrics of each service are those of the handbook, no more and no fewer', async () => {
    const pages = Object.entries(system.metricsPages());
    expect(pages.map(([service]) => service).sort()).toEqual(['gateway', 'identity', 'keys']);
    for (const [service, url] of pages) await expectMetricsDocumented(service, url);
  });

  verifies('O3', 'no secret of all this stands in the logs', () => {
    expect(system.secrets.size).toBeGreaterThan(10);
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });
});
