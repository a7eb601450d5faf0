import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type TestCollector } from '@latchkey/testing';
import type { Account } from '../clients/form-browser.ts';
import { obtainToken, type Grant } from '../clients/obtain-token.ts';
import { repository } from './repository.ts';
import type { Secrets } from './secrets.ts';

/** A running Latchkey, seen as its users see it. */
export interface System {
  /** What resource identifiers begin with */
  readonly gatewayUrl: string;
  /** Where each gateway replica listens, the public one first */
  readonly gateways: readonly string[];
  readonly issuer: string;
  readonly org: string;
  readonly project: string;
  readonly admin: Account;
  readonly secrets: Secrets;
  /** What is kept of this run */
  readonly logDir: string;
  /** Everywhere the system writes its logs */
  readonly logDirs: readonly string[];
  /** @throws Error when a secret of the run stands in a log, a metric or a trace */
  stop(): Promise<void>;
}

/** One that says what it does to a collector. */
export interface TracedSystem extends System {
  readonly traces: TestCollector;
}

/** A directory of this run's logs, empty; kept afterwards, outside version control. */
export function freshLogDir(name: string): string {
  const directory = join(repository, '.artifacts/e2e', name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** A token for the management API. */
export async function manage(system: System, scope: string): Promise<Grant> {
  const grant = await obtainToken({ issuer: system.issuer, resource: `${system.gatewayUrl}/v1`, scope, account: system.admin });
  system.secrets.add('management access token', grant.access);
  system.secrets.add('management refresh token', grant.refresh);
  return grant;
}

/** Calls the management API through the gateway. */
export async function callApi(system: System, { access }: Pick<Grant, 'access'>, method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${system.gatewayUrl}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${access}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** Registers an upstream and waits for nothing: the gateway hears of it by the feed. */
export async function registerServer(system: System, slug: string, url: string): Promise<string> {
  const grant = await manage(system, 'servers:write');
  const { org, project } = system;
  const register = () => callApi(system, grant, 'POST', '/servers', { org, project, slug, name: `Fixture ${slug}`, url });
  // A gateway that has just started on a busy machine may say for a moment that it cannot know.
  const { status, body } = await eventually(async () => {
    const answer = await register();
    return answer.body['code'] !== 'state_stale' && answer;
  }, { timeoutMs: 60_000 });
  if (status !== 201) throw new Error(`Registering ${slug}: ${status} ${JSON.stringify(body)}`);
  return String(body['resource']);
}
