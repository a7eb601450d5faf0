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
});
