import { Secret, TOTP } from 'otpauth';
import type { Accounts, FormBrowser, Page } from './accounts.ts';

/** An authenticator app, as on somebody's phone. */
export class Authenticator {
  constructor(readonly secret: string) {}

  /** @param steps  how many half minutes from now */
  code(steps = 0): string {
    return new TOTP({ secret: Secret.fromBase32(this.secret) }).generate({ timestamp: Date.now() + steps * 30_000 });
  }
}

/** Reads the key off an enrolment page. */
export const scan = (page: Page): Authenticator => new Authenticator(/secret=([A-Z2-7]+)/.exec(page.text.replaceAll('&amp;', '&'))![1]!);

export const recoveryCodesOn = (page: Page): string[] => [...page.text.matchAll(/^(?:<pre>)?([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})/gm)].map(([, code]) => code!);

/** Binds an app to the account of who is signed in to the console. The clock of codes is then set back, so that the present one is still unused. */
export async function enrol(browser: FormBrowser, { issuer, dataSource }: Accounts): Promise<{ app: Authenticator; recoveryCodes: string[]; page: Page }> {
  const offer = await browser.get(`${issuer}/console/second-factor`);
  const app = scan(offer);
  const page = await browser.submit(offer, { code: app.code() });
  await dataSource.query('UPDATE second_factors SET last_step = last_step - 10');
  return { app, recoveryCodes: recoveryCodesOn(page), page };
}
