import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { eventually } from '@latchkey/testing';
import pg from 'pg';
import type { Grant } from '../clients/obtain-token.ts';
import type { Separate } from '../harness/separate.ts';
import type { ServiceProcess } from '../harness/service-process.ts';
import { callApi, manage } from '../harness/system.ts';

const newKey = (system: Separate): string => {
  const key = randomBytes(32).toString('base64');
  system.secrets.add('new master key', key);
  return key;
};

/** Writes another list into the file, says so, and waits until the process has read it. */
async function exchange({ pid, logFile }: ServiceProcess, file: string, keys: string[]): Promise<void> {
  const timesRead = (): number => readFileSync(logFile, 'utf8').split('"msg":"a secret was read anew"').length;
  const before = timesRead();
  writeFileSync(file, keys.join(','));
  process.kill(pid, 'SIGHUP');
  await eventually(() => timesRead() > before);
}

/** The same mint under the same name gets the same answer, which is kept sealed meanwhile. */
async function mintAs(system: Separate, { access }: Grant, name: string): Promise<{ status: number; token: unknown }> {
  const response = await fetch(`${system.gatewayUrl}/v1/pats`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json', 'idempotency-key': name },
    body: JSON.stringify({ name: 'minted once', org: system.org, scopes: ['mcp:read'], expiresIn: '30d' }),
  });
  const { token } = (await response.json()) as { token?: string };
  system.secrets.add('PAT minted once', token);
  return { status: response.status, token };
}

/** The key service opens with every key of the list and seals with the first, from the signal on. */
export async function expectKeysReloads(system: Separate): Promise<void> {
  const { keys: file } = system.masterKeyFiles;
  const old = readFileSync(file, 'utf8');
  const next = newKey(system);
  const grant = await manage(system, 'keys:write');
  const [early, late] = [randomUUID(), randomUUID()];
  const first = await mintAs(system, grant, early);
  await exchange(system.keys, file, [next, old]);
  const second = await mintAs(system, grant, late);
  expect([first.status, second.status, await mintAs(system, grant, early)]).toEqual([201, 201, first]);
  await exchange(system.keys, file, [next]);
  expect([await mintAs(system, grant, late), (await mintAs(system, grant, early)).status]).toEqual([second, 500]);
  // A list that cannot be used changes nothing.
  writeFileSync(file, 'c2hvcnQ=');
  process.kill(system.keys.pid, 'SIGHUP');
  await eventually(() => readFileSync(system.keys.logFile, 'utf8').includes('a secret file has changed and cannot be used'));
  expect(await mintAs(system, grant, late)).toEqual(second);
  await exchange(system.keys, file, [old, next]);
  expect(await mintAs(system, grant, early)).toEqual(first);
}

/** What the identity service seals after the signal says that it was sealed with the new key. */
export async function expectIdentityReloads(system: Separate): Promise<void> {
  const { identity: file } = system.masterKeyFiles;
  const old = readFileSync(file, 'utf8');
  const grant = await manage(system, 'org:admin');
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  /** Four bytes that name the key with which the secret of a provider was sealed */
  const sealedWith = async (): Promise<string> => {
    const created = await callApi(system, grant, 'POST', '/identity-providers', { org: system.org, label: 'Ourselves', issuer: system.issuer, clientId: 'x', clientSecret: 'y', enabled: false });
    expect(created).toMatchObject({ status: 201 });
    const { rows } = await client.query<{ key: Buffer }>('SELECT substring(sealed_secret FROM 2 FOR 4) AS key FROM identity.identity_providers WHERE id = $1', [created.body['id']]);
    expect((await callApi(system, grant, 'DELETE', `/identity-providers/${String(created.body['id'])}`)).status).toBeLessThan(300);
    return rows[0]?.key.toString('hex') ?? '';
  };
  try {
    const before = await sealedWith();
    await exchange(system.identity, file, [newKey(system), old]);
    const after = await sealedWith();
    expect([before, after]).toEqual([expect.stringMatching(/^[\da-f]{8}$/), expect.stringMatching(/^[\da-f]{8}$/)]);
    expect(after).not.toBe(before);
    await exchange(system.identity, file, [old]);
    expect(await sealedWith()).toBe(before);
  } finally {
    await client.end();
  }
}
