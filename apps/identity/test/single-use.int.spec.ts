import { eventually, verifies } from '@latchkey/testing';
import type { Server } from 'node:http';
import { decodeJwt } from 'jose';
import { idHash } from '../src/provider/id-hash.ts';
import { authorize, connect, redeem, refresh, registered } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

const ten = <T>(run: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 10 }, run));

/**
 * Ten requests that are all there before one of them uses the code: until then its row is held. What comes after the use is a reuse, and on a
 * busy machine the last of ten would.
 */
async function racing<T>(code: string, replicas: readonly TestIdentity[], redeemAt: (issuer: string) => Promise<T>): Promise<T[]> {
  const [first] = replicas as [TestIdentity];
  const servers = replicas.map(({ running }) => running.app.getHttpServer() as Server);
  let arrived = 0;
  const count = (): void => void (arrived += 1);
  for (const server of servers) server.on('request', count);
  const holder = first.dataSource.createQueryRunner();
  await holder.startTransaction();
  try {
    await holder.query("SELECT 1 FROM artifacts WHERE kind = 'AuthorizationCode' AND id_hash = $1 FOR UPDATE", [idHash(code)]);
    const answers = Promise.all(Array.from({ length: 10 }, (_, n) => redeemAt(`http://127.0.0.1:${replicas[n % replicas.length]!.running.port}`)));
    await eventually(() => arrived >= 10);
    await holder.rollbackTransaction();
    return await answers;
  } finally {
    for (const server of servers) server.off('request', count);
    await holder.release();
  }
}

describe('single use', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());

  verifies('AS-55', 'ten concurrent redemptions of one code: one succeeds, and its tokens stay good (10 times)', async () => {
    const { issuer } = identity;
    const { client_id: clientId } = await registered(issuer);
    for (let round = 0; round < 10; round += 1) {
      const authorized = await authorize(issuer, clientId);
      const answers = await racing(authorized.code, [identity], (at) => redeem(at, clientId, authorized));
      const [winner, ...others] = answers.filter(({ status }) => status === 200);
      expect(others).toEqual([]);
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(9);
      expect((await refresh(issuer, clientId, winner!.body.refresh_token!)).status).toBe(200);
    }
  }, 60_000);

  verifies('AS-54', 'a code used once more, later, ends what came of it', async () => {
    const { issuer } = identity;
    const { client_id: clientId } = await registered(issuer);
    const authorized = await authorize(issuer, clientId);
    const first = await redeem(issuer, clientId, authorized);
    const again = await redeem(issuer, clientId, authorized);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(issuer, clientId, first.body.refresh_token!)).body.error).toBe('invalid_grant');
    const { gid } = decodeJwt(first.body.access_token!);
    const [row] = await identity.dataSource.query<{ record: unknown }[]>("SELECT record FROM outbox WHERE subject = 'feed.identity.grant.' || $1", [gid]);
    expect(row!.record).toMatchObject({ kind: 'grant', id: gid });
  });

  verifies('AS-55', 'ten concurrent refreshes: one rotation, and all get its answer (10 times)', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    let token = tokens.refresh_token;
    for (let round = 0; round < 10; round += 1) {
      const answers = await ten(() => refresh(identity.issuer, clientId, token));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
      expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1);
      token = answers[0]!.body.refresh_token!;
    }
    const { gid } = decodeJwt(tokens.access_token);
    const [row] = await identity.dataSource.query<{ n: string }[]>("SELECT count(*) AS n FROM artifacts WHERE kind = 'RefreshToken' AND grant_id = $1", [gid]);
    expect(row!.n).toBe('11');
  }, 60_000);

  verifies('AS-55', 'two replicas decide as one: one redemption, one rotation (5 times)', async () => {
    const replica = await startTestIdentity({ beside: identity });
    try {
      const at = [identity.issuer, `http://127.0.0.1:${replica.running.port}`];
      const { client_id: clientId } = await registered(identity.issuer);
      for (let round = 0; round < 5; round += 1) {
        const authorized = await authorize(identity.issuer, clientId);
        const redeemed = await racing(authorized.code, [identity, replica], (issuer) => redeem(issuer, clientId, authorized));
        const winners = redeemed.filter(({ status }) => status === 200);
        expect(winners).toHaveLength(1);
        const refreshed = await Promise.all(Array.from({ length: 10 }, (_, n) => refresh(at[n % 2]!, clientId, winners[0]!.body.refresh_token!)));
        expect(refreshed.map(({ status, body }) => [status, body.error])).toEqual(Array.from({ length: 10 }, () => [200, undefined]));
        expect(new Set(refreshed.map(({ body }) => body.access_token)).size).toBe(1);
      }
    } finally {
      await replica.stop();
    }
  }, 60_000);

  verifies('AS-55', 'who asks while a code is being used races with that use, however late, and ends nothing', async () => {
    const { client_id: clientId } = await registered(identity.issuer);
    const authorized = await authorize(identity.issuer, clientId);
    const other = identity.dataSource.createQueryRunner();
    await other.startTransaction();
    const used = await other.manager.query<{ grant: string }[]>(
      `WITH used AS (UPDATE artifacts SET consumed_at = clock_timestamp() WHERE kind = 'AuthorizationCode' AND id_hash = $1 RETURNING grant_id)
       SELECT grant_id AS grant FROM used`,
      [idHash(authorized.code)],
    );
    const answer = redeem(identity.issuer, clientId, authorized);
    await eventually(async () => {
      const waiting = await identity.dataSource.query<unknown[]>("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
      expect(waiting).toHaveLength(1);
    });
    await other.commitTransaction();
    await other.release();
    expect(await answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const revoked = 'SELECT revoked_at IS NOT NULL AS revoked FROM authorizations WHERE grant_id = $1';
    expect(await identity.dataSource.query(revoked, [used[0]!.grant])).toEqual([{ revoked: false }]);
    expect((await redeem(identity.issuer, clientId, authorized)).status).toBe(400);
    expect(await identity.dataSource.query(revoked, [used[0]!.grant])).toEqual([{ revoked: true }]);
  });

  verifies('AS-54', 'the process that used a code knows by its own clock that a second use came after it, whatever the clock of the database makes of it', async () => {
    const { client_id: clientId } = await registered(identity.issuer);
    const authorized = await authorize(identity.issuer, clientId);
    const first = await redeem(identity.issuer, clientId, authorized);
    // To the clock of the database it is so recent that any request seems to have been there before.
    await identity.dataSource.query("UPDATE artifacts SET consumed_at = clock_timestamp() + interval '5 seconds' WHERE kind = 'AuthorizationCode' AND id_hash = $1", [idHash(authorized.code)]);
    expect((await redeem(identity.issuer, clientId, authorized)).body.error).toBe('invalid_grant');
    expect((await refresh(identity.issuer, clientId, first.body.refresh_token!)).body.error).toBe('invalid_grant');
  });

  verifies('AS-53', 'replays are counted: the eleventh within the window is taken for a theft', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const answers = [];
    for (let use = 0; use < 12; use += 1) answers.push(await refresh(identity.issuer, clientId, tokens.refresh_token));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 11 }, () => 200), 400]);
    expect((await refresh(identity.issuer, clientId, answers[0]!.body.refresh_token!)).body.error).toBe('invalid_grant');
  });

  verifies('AS-53', 'another request with the same token is no replay: it ends the grant', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const first = await refresh(identity.issuer, clientId, tokens.refresh_token);
    const narrower = await refresh(identity.issuer, clientId, tokens.refresh_token, { scope: 'mcp:read' });
    expect([narrower.status, narrower.body.error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(identity.issuer, clientId, first.body.refresh_token!)).body.error).toBe('invalid_grant');
  });

  verifies('AS-53', 'a replay needs the client that owns the token, and a grant that still stands', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    await refresh(identity.issuer, clientId, tokens.refresh_token);
    const { client_id: stranger } = await registered(identity.issuer);
    expect((await refresh(identity.issuer, stranger, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).status).toBe(200);
    await identity.dataSource.query('UPDATE authorizations SET revoked_at = now() WHERE client_id = $1', [clientId]);
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  verifies('AS-57', 'keeps no code, token, session id or kept answer readable in the database', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    const next = await refresh(identity.issuer, clientId, tokens.refresh_token);
    const rows = await identity.dataSource.query<{ all: string }[]>(
      `SELECT (SELECT string_agg(a::text, E'\n') FROM artifacts a) || (SELECT string_agg(r::text, E'\n') FROM refresh_replays r) AS all`,
    );
    for (const secret of [tokens.refresh_token, tokens.access_token, next.body.refresh_token!, next.body.access_token!]) {
      expect(rows[0]!.all).not.toContain(secret);
      expect(rows[0]!.all).not.toContain(Buffer.from(secret).toString('hex'));
    }
    expect(identity.log.join('\n')).not.toContain(tokens.refresh_token);
  });
});

describe('single use without a replay window', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity({ variables: { LATCHKEY_REFRESH_REPLAY_WINDOW_SECONDS: '0' } });
  }, 60_000);
  afterAll(() => identity.stop());

  verifies('AS-54', 'of ten concurrent refreshes exactly one succeeds, and the reuse revokes the grant (10 times)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { clientId, tokens } = await connect(identity.issuer);
      const answers = await ten(() => refresh(identity.issuer, clientId, tokens.refresh_token));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(9);
      expect((await refresh(identity.issuer, clientId, winners[0]!.body.refresh_token!)).body.error).toBe('invalid_grant');
    }
    expect(identity.log.some((line) => line.includes('a used refresh token was presented'))).toBe(true);
  }, 60_000);
});
