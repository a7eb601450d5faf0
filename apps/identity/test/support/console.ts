import type { ConsoleMe } from '@latchkey/contracts';

interface Browser {
  get(url: string): Promise<{ status: number; text: string }>;
}
interface PostingBrowser<T> extends Browser {
  post(url: string, fields: Record<string, string>): Promise<T>;
}

/** What the console is told of whoever is signed in with a browser. */
export async function consoleMe(browser: Browser, issuer: string): Promise<ConsoleMe> {
  const { status, text } = await browser.get(`${issuer}/console/api/me`);
  if (status !== 200) throw new Error(`nobody is signed in to the console: ${status} ${text}`);
  return JSON.parse(text) as ConsoleMe;
}

/** Signs out of the console, as its menu does. */
export async function signOut<T>(browser: PostingBrowser<T>, issuer: string): Promise<T> {
  return browser.post(`${issuer}/console/sign-out`, { _csrf: (await consoleMe(browser, issuer)).signOut });
}
