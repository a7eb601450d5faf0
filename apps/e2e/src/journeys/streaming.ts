import { eventually } from '@latchkey/testing';
import type { Everything } from '../everything/start.ts';
import { readEventStream, type StreamedMessage } from '../clients/event-stream.ts';
import { modernMeta, rawMcp } from '../clients/raw-mcp.ts';
import { callApi, manage, type System } from '../harness/system.ts';
import { expectPatWorks, mintPat } from './pat-journey.ts';

/** A client that leaves takes the upstream exchange with it, at once (GW-61). */
export async function expectLeavingReachesUpstream(fixture: Everything, url: string, token: string): Promise<void> {
  const leave = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    signal: leave.signal,
    headers: {
      'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({
      jsonrpc: '2.0', id: 9, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: modernMeta },
    }),
  });
  expect(response.status).toBe(200);
  const upstream = fixture.seen.findLast((request) => request.headers['mcp-method'] === 'subscriptions/listen');
  let opened = false;
  void readEventStream(response, () => (opened = true));
  await eventually(() => opened);
  expect(upstream?.left).toBe(false);
  leave.abort();
  await eventually(() => upstream?.left === true, { timeoutMs: 2000 });
}

/** An upstream that breaks in mid-stream ends the client's stream, and no result is invented (GW-62); the next call says whose fault it is. */
export async function expectBrokenUpstream(url: string, token: string, killUpstream: () => Promise<unknown>): Promise<void> {
  const response = await startTimer(url, token, 20);
  let count = 0;
  let ended: StreamedMessage[] | undefined;
  void readEventStream(response, () => (count += 1)).then((seen) => (ended = seen));
  await eventually(() => count > 0, { timeoutMs: 10_000 });
  await killUpstream();
  await eventually(() => ended !== undefined);
  expect(ended!.filter(isResult)).toEqual([]);
  const next = await rawMcp({ url, token });
  expect({ status: next.status, challenged: next.headers.has('www-authenticate') }).toEqual({ status: 502, challenged: false });
  expect(JSON.stringify(next.body)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
}

/** Runs the demo server's timer and asks for progress: what answers is a stream. */
const startTimer = (url: string, token: string, seconds: number) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'run_timer',
    },
    body: JSON.stringify({
      jsonrpc: '2.0', id: 7, method: 'tools/call',
      params: { name: 'run_timer', arguments: { seconds }, _meta: { ...modernMeta, progressToken: 'p' } },
    }),
  });

const isResult = ({ message }: StreamedMessage) => message['id'] === 7;

/** Every progress message comes when it is sent, not when the call is over (GW-60). */
export async function expectProgressAsItHappens(url: string, token: string): Promise<void> {
  const response = await startTimer(url, token, 1);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const seen = await readEventStream(response);
  expect(seen).toHaveLength(11);
  expect(isResult(seen[10]!)).toBe(true);
  expect(seen[10]!.atMs - seen[0]!.atMs).toBeGreaterThan(600);
}

/** A stream that is open when its credential is revoked ends without a result (GW-63). */
export async function expectStreamEndsWithItsCredential(system: System, slug: string): Promise<void> {
  const grant = await manage(system, 'keys:write');
  const pat = await mintPat(system, grant, 'of a stream');
  await expectPatWorks(system, slug, pat);
  const response = await startTimer(`${system.gatewayUrl}/mcp/${slug}`, pat.token, 20);
  let count = 0;
  let ended: StreamedMessage[] | undefined;
  void readEventStream(response, () => (count += 1)).then((seen) => (ended = seen));
  await eventually(() => count > 0, { timeoutMs: 15_000 });
  expect((await callApi(system, grant, 'DELETE', `/pats/${pat.id}`)).status).toBe(200);
  await eventually(() => ended !== undefined);
  expect(ended!.filter(isResult)).toEqual([]);
}
