import { hash } from '@node-rs/argon2';
import { verifies } from '@latchkey/testing';
import { authorizeUrl, FormBrowser, registerClient, startAccounts, type Accounts } from './support/accounts.ts';
import { linkIn, mailTo } from './support/mailbox.ts';

const password = 'seven green bicycles';

describe('guessing at an account', () => {
  let accounts: Accounts;
  let number = 0;

  beforeAll(async () => {
    accounts = await startAccounts({ LATCHKEY_MAILBOX: 'true' });
  }, 60_000);
  afterAll(() => accounts.close());

  const newUser = async () => {
    const email = `target-${(number += 1)}@example.com`;
    await accounts.createUser(email, password);
    return email;
  };
  const signIn = async (email: string, pass: string, browser = new FormBrowser(accounts.issuer)) => {
    const form = await browser.get(`${accounts.issuer}/console/sign-in`);
    return (await browser.submit(form, { email, password: pass })).status;
  };
  const useUp = async (email: string) => {
    const statuses = [];
    for (let guess = 0; guess < 11; guess += 1) statuses.push(await signIn(email, `guess number ${guess}`));
    expect(statuses.at(-1)).toBe(429);
  };

  verifies('I7', 'strangers who use up the attempts of an account keep out each other, and not who has signed in from that browser before', async () => {
    const email = await newUser();
    const [console, oauth] = [new FormBrowser(accounts.issuer), new FormBrowser(accounts.issuer)];
    expect(await signIn(email, password, console)).toBe(200);
    const clientId = await registerClient(accounts.issuer);
    const request = authorizeUrl(accounts.issuer, { clientId, scope: 'openid', extra: { prompt: 'login' } });
    expect((await oauth.submit(await oauth.get(request), { email, password })).text).toContain('>Allow</button>');
    await useUp(email);
    expect(await signIn(email, password)).toBe(429);
    expect(await signIn(email, password, console)).toBe(200);
    expect((await oauth.submit(await oauth.get(request), { email, password })).text).toContain('>Allow</button>');
  });

  verifies('I7', 'a known browser has its own attempts and no more, and is known for that account only', async () => {
    const [own, other] = [await newUser(), await newUser()];
    const browser = new FormBrowser(accounts.issuer);
    await signIn(own, password, browser);
    const statuses = [];
    for (let guess = 0; guess < 11; guess += 1) statuses.push(await signIn(own, `guess number ${guess}`, browser));
    expect([statuses[9], statuses[10]]).toEqual([422, 429]);
    expect(await signIn(own, password)).toBe(200);
    await useUp(other);
    expect(await signIn(other, password, browser)).toBe(429);
    const cookie = browser.cookies.get('lk_device|/')!;
    browser.cookies.set('lk_device|/', { ...cookie, value: `${cookie.value.slice(0, -2)}AA` });
    await useUp(own);
    expect(await signIn(own, password, browser)).toBe(429);
  }, 60_000);

  verifies('I7', 'who never used this browser gets in through their mail, while it goes on', async () => {
    const email = await newUser();
    await useUp(email);
    const browser = new FormBrowser(accounts.issuer);
    await browser.submit(await browser.get(`${accounts.issuer}/account/forgot-password`), { email });
    await browser.submit(await browser.get(linkIn(await mailTo(accounts.issuer, email, /new password/))), { password: 'nine yellow scooters' });
    expect(await signIn(email, 'nine yellow scooters', browser)).toBe(200);
    expect(await signIn(email, 'nine yellow scooters')).toBe(429);
  });

  verifies('I7', 'who is signed in proves the password again with attempts of their own', async () => {
    const email = await newUser();
    const browser = new FormBrowser(accounts.issuer);
    await signIn(email, password, browser);
    await useUp(email);
    const form = await browser.get(`${accounts.issuer}/console/password`);
    expect((await browser.submit(form, { current: password, next: 'nine yellow scooters' })).status).toBe(200);
  });

  verifies('I7', 'a password that was hashed with other parameters is hashed anew when it is next used', async () => {
    const email = await newUser();
    const old = await hash(password, { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    const stored = async () => (await accounts.dataSource.query<{ hash: string }[]>('SELECT password_hash AS hash FROM users WHERE email = $1', [email]))[0]!.hash;
    await accounts.dataSource.query('UPDATE users SET password_hash = $2 WHERE email = $1', [email, old]);
    expect(await signIn(email, 'not the password')).toBe(422);
    expect(await stored()).toBe(old);
    expect(await signIn(email, password)).toBe(200);
    expect(await stored()).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
    expect(await signIn(email, password)).toBe(200);
  });
});
