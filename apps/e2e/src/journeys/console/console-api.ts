import type { AtTheConsole } from './at-the-console.ts';

export interface ApiAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** The console's own way to the API, as the person whose browser it is. */
export type ConsoleApi = (method: string, path: string, data?: unknown) => Promise<ApiAnswer>;

export async function consoleApi({ page, system }: AtTheConsole): Promise<ConsoleApi> {
  const base = `${system.issuer}/console/api`;
  const { csrf } = (await (await page.request.get(`${base}/me`)).json()) as { csrf: string };
  return async (method, path, data) => {
    const answer = await page.request.fetch(`${base}${path}`, { method, headers: { 'x-csrf-token': csrf, 'x-tenant-id': system.org }, ...(data === undefined ? {} : { data }) });
    const text = await answer.text();
    return { status: answer.status(), body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
}
