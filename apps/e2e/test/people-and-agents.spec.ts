import { eventually, startSmtpServer, verifies, type TestSmtpServer } from '@latchkey/testing';
import { startCallbackListener, type CallbackListener } from '../src/clients/callback-listener.ts';
import { rawMcp } from '../src/clients/raw-mcp.ts';
import { startDemo } from '../src/harness/demo.ts';
import { startSeparate, type Separate } from '../src/harness/separate.ts';
import type { ServiceProcess } from '../src/harness/service-process.ts';
import { registerServer } from '../src/harness/system.ts';
import { expectAgent } from '../src/journeys/agent.ts';
import { expectConnection } from '../src/journeys/connection.ts';
import { expectBoundToken } from '../src/journeys/bound-token.ts';
import { expectDevice } from '../src/journeys/device.ts';
import { expectMachine } from '../src/journeys/machine.ts';
import { expectNewcomer } from '../src/journeys/newcomer.ts';
import { resourceAt } from '../src/journeys/pat-journey.ts';
import { expectPolicy } from '../src/journeys/policy.ts';
import { expectSessionsEnd } from '../src/journeys/sessions.ts';

const patienceMs = 180_000;

describe('people, their agents, devices and machines', () => {
  let system: Separate;
  let mail: TestSmtpServer;
  let demo: ServiceProcess;
  let callback: CallbackListener;

  beforeAll(async () => {
    mail = await startSmtpServer();
    system = await startSeparate('people-and-agents', { LATCHKEY_RATE_LIMIT_PER_MINUTE: '10000', LATCHKEY_SMTP_URL: mail.url, LATCHKEY_DEVICE_POLL_SECONDS: '1' });
    const running = await startDemo(system);
    demo = running;
    await registerServer(system, 'demo', running.url);
    callback = await startCallbackListener();
    for (const gateway of system.gateways) await eventually(async () => (await rawMcp({ url: resourceAt(gateway, 'demo') })).status === 401, { timeoutMs: 60_000 });
  }, 300_000);
  afterAll(async () => {
    await callback?.close();
    await demo?.stop();
    await system?.stop();
    await mail?.close();
  }, 120_000);

  verifies(['I7', 'I10', 'I17', 'AS-63'], 'a newcomer signs up, is invited, works with a tool, is read of in the log, and is refused once removed', () => expectNewcomer(system, mail, callback), patienceMs);
  verifies(['AS-83', 'G6'], 'an agent gets one tool of a key, and ends with the key', () => expectAgent(system), patienceMs);
  verifies('I13', 'a device is allowed by its user at a page, and calls through both gateways', () => expectDevice(system), patienceMs);
  verifies(['AS-82', 'I4'], 'a machine that an administrator registered calls in its own name, and ends with its registration', () => expectMachine(system), patienceMs);
  verifies(['I13', 'GW-26'], 'a token bound to a key is no bearer token, and no proof is good twice, at whichever gateway', () => expectBoundToken(system), patienceMs);
  verifies('I11', 'what an organization demands of keys and tokens holds, for programs that were there before too', () => expectPolicy(system), patienceMs);
  verifies(['I9', 'GW-25'], 'a session that is ended from elsewhere takes its tokens along, and no others', () => expectSessionsEnd(system), patienceMs);

  verifies(['G7', 'K11', 'GW-85', 'CT-05'], 'a server with an authorization server of its own is called with what each user connected and agreed to later, and with nothing once they disconnect', () => expectConnection(system), patienceMs);

  verifies('O3', 'no secret of all this stands in the logs of any process', () => {
    expect(system.secrets.size).toBeGreaterThan(40);
    expect(system.secrets.findIn(system.logDirs)).toEqual([]);
  });
});
