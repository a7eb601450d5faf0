import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { ConsoleMe, Membership } from '@latchkey/contracts';
import { launchChromium } from '@latchkey/testing';
import type { Browser, Page, Route } from 'playwright-core';

const origin = 'https://console.test';
const dist = join(import.meta.dirname, '../dist');
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export interface Asked {
  method: string;
  /** From `/v1/` on */
  path: string;
  query: URLSearchParams;
  body: unknown;
}
/** What is answered: a document, or a refusal by its code, with what is wrong with which field. */
export type Answer = object | { refusal: string; issues?: { path: string; message: string }[] };
/** By method and path, `GET /v1/servers`; a function is told what was asked. */
export type Answers = Readonly<Record<string, Answer | ((asked: Asked) => Answer)>>;

export const owner: Membership = { org: 'acme', name: 'Acme', role: 'owner', projects: {} };
export const member: Membership = { ...owner, role: 'member', projects: { prod: 'contributor' } };
export const nothing = { items: [], nextCursor: null };
const fresh = { identity: { ageMs: 0 }, keys: { ageMs: 0 }, boundMs: 5_000 };
export const page = (...items: object[]) => ({ items, nextCursor: null });
export const refused = (code: string) => ({ refusal: code });

export interface Opened {
  page: Page;
  asked: Asked[];
  open(path: string): Promise<unknown>;
}

export interface OpenOptions {
  as?: Membership;
  answers?: Answers;
  width?: number;
}

/** One browser for the tests of a `describe`. @returns what opens the console in it */
export function consoleInChromium(): (options?: OpenOptions) => Promise<Opened> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  return (options) => openConsole(browser, options);
}

/** The console as it is built (`npm run build`), in a real browser, before an API that answers what a test says; lists it says nothing of are empty. */
async function openConsole(browser: Browser, { as = owner, answers = {}, width = 1280 }: OpenOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width, height: 900 } });
  const asked: Asked[] = [];
  const me: ConsoleMe = { user: { id: 'ada', email: 'ada@example.com', name: 'Ada' }, memberships: [as], mayCreateOrganization: false, gateway: 'https://gate.test', csrf: 'c', signOut: 's' };
  const api = async (route: Route, url: URL) => {
    const path = url.pathname.slice('/console/api'.length);
    if (path === '/me') return route.fulfill({ json: me });
    const question: Asked = { method: route.request().method(), path, query: url.searchParams, body: route.request().postDataJSON() as unknown };
    asked.push(question);
    const given = answers[`${question.method} ${path}`] ?? (path === '/v1/freshness' ? fresh : nothing);
    const answer = typeof given === 'function' ? (given as (asked: Asked) => Answer)(question) : given;
    if (!('refusal' in answer)) return route.fulfill({ json: answer });
    return route.fulfill({ status: 403, json: { type: 'about:blank', title: 'No', detail: `Refused: ${String(answer.refusal)}`, status: 403, code: answer.refusal, ...('issues' in answer ? { issues: answer.issues } : {}) }, headers: { 'x-request-id': 'r1' } });
  };
  await context.route(`${origin}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname.startsWith('/console/api/')) return api(route, url);
    const file = url.pathname.startsWith('/console/assets/') ? url.pathname.slice('/console/'.length) : 'index.html';
    return route.fulfill({ body: await readFile(join(dist, file)), contentType: types[extname(file)] ?? 'application/octet-stream' });
  });
  context.setDefaultTimeout(5_000);
  const opened = await context.newPage();
  return { page: opened, asked, open: (path) => opened.goto(`${origin}/console/orgs/${as.org}/${path}`) };
}
