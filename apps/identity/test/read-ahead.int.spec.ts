import { verifies } from '@latchkey/testing';
import { errors } from 'oidc-provider';
import { UnitOfWork } from '../src/provider/unit-of-work.ts';
import { authorize, connect, redeem, refresh, registered } from './support/client.ts';
import { startTestIdentity, type TestIdentity } from './support/identity.ts';

/** Ends an authorization in the middle of a token request: after what is read ahead, and before the token exists. */
const revokeMeanwhile = `
  CREATE FUNCTION revoke_meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE authorizations SET revoked_at = clock_timestamp() WHERE grant_id = NEW.grant_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER revoke_meanwhile AFTER INSERT OR UPDATE OF consumed_at ON artifacts
    FOR EACH ROW WHEN (NEW.kind = 'AuthorizationCode' AND NEW.consumed_at IS NOT NULL OR NEW.kind = 'RefreshToken' AND NEW.consumed_at IS NULL)
    EXECUTE FUNCTION revoke_meanwhile()`;

describe('what a refresh reads ahead', () => {
  let identity: TestIdentity;
  beforeAll(async () => {
    identity = await startTestIdentity();
  }, 60_000);
  afterAll(() => identity.stop());
  afterEach(() => identity.dataSource.query('DROP FUNCTION IF EXISTS revoke_meanwhile CASCADE'));

  verifies('AS-58', 'the last look at an authorization is at the table: what ends meanwhile gets no token, and costs no refresh token', async () => {
    const { clientId, tokens } = await connect(identity.issuer);
    await identity.dataSource.query(revokeMeanwhile);
    expect(await refresh(identity.issuer, clientId, tokens.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await identity.dataSource.query('DROP FUNCTION revoke_meanwhile CASCADE');
    expect((await refresh(identity.issuer, clientId, tokens.refresh_token)).status).toBe(200);
  });

  verifies('AS-58', 'the same for a code', async () => {
    const { client_id: clientId } = await registered(identity.issuer);
    const authorized = await authorize(identity.issuer, clientId);
    await identity.dataSource.query(revokeMeanwhile);
    expect(await redeem(identity.issuer, clientId, authorized)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('answers once, for the same question, and in its own transaction only', async () => {
    const unitOfWork = identity.running.app.get(UnitOfWork);
    const statement = { name: 'spec-answer', text: "SELECT 'asked' AS answer WHERE $1::text IS NOT NULL" };
    const ask = async (value: string): Promise<string | undefined> => (await unitOfWork.prepared<{ answer: string }>(statement, [value]))[0]?.answer;
    const answers = await unitOfWork.transaction(async () => {
      unitOfWork.foresee(statement, ['one'], [{ answer: 'foreseen' }]);
      return [await ask('other'), await ask('one'), await ask('one')];
    });
    expect(answers).toEqual(['asked', 'foreseen', 'asked']);
    unitOfWork.foresee(statement, ['one'], [{ answer: 'foreseen' }]);
    expect([await ask('one'), await unitOfWork.transaction(() => ask('one'))]).toEqual(['asked', 'asked']);
  });

  it('leaves nothing behind where nothing may be left, though an OAuth error is an answer', async () => {
    const unitOfWork = identity.running.app.get(UnitOfWork);
    const write = (id: string) => unitOfWork.run((manager) => manager.query("INSERT INTO artifacts (kind, id_hash, payload) VALUES ('Spec', convert_to($1, 'UTF8'), '{}')", [id]));
    const refuse = async (id: string): Promise<never> => {
      await write(id);
      throw new errors.InvalidGrant('no');
    };
    await expect(unitOfWork.transaction(() => refuse('kept'))).rejects.toThrow('invalid_grant');
    await expect(unitOfWork.transaction(() => unitOfWork.orRollBack(() => refuse('undone')))).rejects.toThrow('invalid_grant');
    const rows = await identity.dataSource.query<{ id: string }[]>("SELECT convert_from(id_hash, 'UTF8') AS id FROM artifacts WHERE kind = 'Spec'");
    expect(rows).toEqual([{ id: 'kept' }]);
  });

  describe('statements that nobody waits for', () => {
    const insert = { name: 'spec-insert', text: "INSERT INTO artifacts (kind, id_hash, payload) VALUES ('Posted', convert_to($1, 'UTF8'), '{}')" };
    const count = async (): Promise<string[]> =>
      (await identity.dataSource.query<{ id: string }[]>("SELECT convert_from(id_hash, 'UTF8') AS id FROM artifacts WHERE kind = 'Posted' ORDER BY 1")).map(({ id }) => id);
    const duplicate = expect.objectContaining({ code: '23505' }) as unknown;
    let unitOfWork: UnitOfWork;
    beforeAll(() => {
      unitOfWork = identity.running.app.get(UnitOfWork);
    });
    afterEach(() => identity.dataSource.query("DELETE FROM artifacts WHERE kind = 'Posted'"));

    it('are in the transaction, in their order, and fail it by their own error', async () => {
      await unitOfWork.transaction(() => unitOfWork.post(insert, ['one']));
      expect(await count()).toEqual(['one']);
      await expect(unitOfWork.transaction(async () => Promise.all([unitOfWork.post(insert, ['two']), unitOfWork.post(insert, ['one'])]))).rejects.toEqual(duplicate);
      const asked = async (): Promise<unknown> => {
        await unitOfWork.post(insert, ['one']);
        return unitOfWork.prepared({ name: 'spec-after', text: 'SELECT 1' }, []);
      };
      await expect(unitOfWork.transaction(asked)).rejects.toEqual(duplicate);
      expect(await count()).toEqual(['one']);
      // Its connection goes back as good as new.
      await Promise.all(Array.from({ length: 30 }, (_, n) => unitOfWork.transaction(() => unitOfWork.post(insert, [`after ${n}`]))));
      expect(await count()).toHaveLength(31);
    });

    it('of a whole request appear together at its end, or not at all', async () => {
      const seen = await unitOfWork.together(async () => {
        await unitOfWork.post(insert, ['one']);
        await unitOfWork.transaction(() => unitOfWork.post(insert, ['two']));
        return count();
      });
      expect([seen, await count()]).toEqual([[], ['one', 'two']]);
      await unitOfWork.together(async () => {
        await unitOfWork.post(insert, ['three']);
        unitOfWork.abandon();
      });
      const joined = unitOfWork.together(async () => {
        await unitOfWork.post(insert, ['four']);
        // Who catches it does not know what it left behind.
        await unitOfWork.transaction(() => Promise.reject(new Error('no'))).catch(() => undefined);
      });
      await joined;
      await expect(unitOfWork.together(async () => Promise.all([unitOfWork.post(insert, ['five']), unitOfWork.post(insert, ['one'])]))).rejects.toEqual(duplicate);
      expect(await count()).toEqual(['one', 'two']);
    });
  });

  it('shares a connection among looks: each gets its own answer or error, and a lost connection is replaced', async () => {
    const unitOfWork = identity.running.app.get(UnitOfWork);
    const half = { name: 'spec-half', text: 'SELECT 10 / $1::int AS half, pg_backend_pid() AS pid' };
    const look = (value: number): Promise<{ half: number; pid: number }[]> => unitOfWork.look(half, [value]);
    const answers = await Promise.allSettled([5, 0, 2, 0, 1].map(look));
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value[0]!.half : (answer.reason as { code: string }).code))).toEqual([2, '22012', 5, '22012', 10]);
    const pids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value[0]!.pid : []));
    expect(new Set(pids).size).toBe(1);
    const nap = unitOfWork.look({ name: 'spec-nap', text: 'SELECT pg_sleep($1)' }, [30]);
    const lost = expect(nap).rejects.toThrow();
    await identity.dataSource.query('SELECT pg_terminate_backend($1)', [pids[0]]);
    await lost;
    expect((await look(10))[0]!.half).toBe(1);
  });
});
