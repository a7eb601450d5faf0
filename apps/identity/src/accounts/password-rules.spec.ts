import { createHash } from 'node:crypto';
import { createLogger } from '@latchkey/telemetry';
import { verifies } from '@latchkey/testing';
import type { IdentityEnv } from '../env.ts';
import { BreachFetch, PasswordBreaches } from './password-breaches.ts';
import { objectionTo, PasswordRules } from './password-rules.ts';

const owner = { email: 'ann.lee@example.com', name: 'Ann Lee' };

describe('what a new password may be', () => {
  it.each(['short', 'password1', 'PassWord123', 'qwertyuiop', 'iloveyou1', 'aaaaaaaaaa', 'abababababab', 'ann.lee@example.com', 'Ann-Lee1990', 'annlee!!', 'x'.repeat(257)])('[I7] not %s', (password) => {
    expect(objectionTo(password, owner)).toMatch(/^[A-Z].*\.$/);
  });

  it.each(['correct horse battery', 'seven green bicycles', 'Annual leave in Rome', 'пароль из четырёх слов', 'k7#kq!Lm2v'])('[I7] but %s', (password) => {
    expect(objectionTo(password, owner)).toBeNull();
  });
});

/** The list as it answers: suffixes of one range, with padding, and with what it was asked. */
class ServedRange extends BreachFetch {
  readonly asked: { url: string; headers: unknown }[] = [];

  constructor(private readonly answer: () => { status: number; body: string }) {
    super();
  }

  get(url: string, _signal?: AbortSignal, headers?: Readonly<Record<string, string>>) {
    this.asked.push({ url, headers });
    return Promise.resolve({ headers: new Headers(), ...this.answer() });
  }
}

describe('the list of breached passwords', () => {
  const log: string[] = [];
  const logger = createLogger('identity', 'debug', { write: (line) => void log.push(line) });
  const rules = (range: ServedRange, allowed = true) => new PasswordRules(new PasswordBreaches(range, { LATCHKEY_PASSWORD_BREACH_CHECK: allowed } as IdentityEnv, logger));
  const digest = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
  const [stolen, padded] = ['seven green bicycles', 'eleven blue tricycles'];
  const body = ['0018A45C4D1DEF81644B54AB7F969B88D65:3', `${digest(stolen).slice(5)}:42`, `${digest(padded).slice(5)}:0`].join('\r\n');

  verifies('I7', 'it is told five digits of a hash and no more, and refuses what it knows', async () => {
    const range = new ServedRange(() => ({ status: 200, body }));
    expect(await rules(range).judge(stolen, owner)).toMatch(/stolen/);
    expect(range.asked).toEqual([{ url: `https://api.pwnedpasswords.com/range/${digest(stolen).slice(0, 5)}`, headers: { 'add-padding': 'true', accept: 'text/plain' } }]);
    expect(await rules(range).judge('nine yellow scooters', owner)).toBeNull();
    // A count of nothing is padding.
    expect(await rules(range).judge(padded, owner)).toBeNull();
  });

  verifies('I7', 'it is not asked where the operator has not allowed it, nor about what is refused anyway', async () => {
    const range = new ServedRange(() => ({ status: 200, body }));
    expect(await rules(range, false).judge(stolen, owner)).toBeNull();
    expect(await rules(range).judge('password1', owner)).not.toBeNull();
    expect(range.asked).toEqual([]);
  });

  it.each([
    ['answers with an error', () => ({ status: 503, body: '' })],
    ['does not answer', () => { throw new Error('timeout'); }],
  ])('[I7] lets a password through when it %s, and says so in the log', async (_what, answer) => {
    log.length = 0;
    expect(await rules(new ServedRange(answer)).judge(stolen, owner)).toBeNull();
    expect(log.join('')).toContain('could not be asked');
    expect(log.join('')).not.toContain(stolen);
    expect(log.join('')).not.toContain(digest(stolen).slice(5));
  });
});
