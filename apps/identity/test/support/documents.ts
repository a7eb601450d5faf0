import { OutboundFetch } from '@latchkey/outbound';

/** Client documents and key sets as their owners publish them, served without a network. */
export class Documents extends OutboundFetch {
  /** Every URL that was asked for, in order. */
  readonly asked: string[] = [];
  readonly documents = new Map<string, unknown>();
  /** Headers of the answers that follow. */
  headers: Record<string, string> = { 'cache-control': 'max-age=3600' };

  override get(url: string): Promise<{ status: number; headers: Headers; body: string }> {
    this.asked.push(url);
    const document = this.documents.get(url);
    if (document instanceof Error) return Promise.reject(document);
    const body = typeof document === 'string' ? document : JSON.stringify(document ?? {});
    return Promise.resolve({ status: document === undefined ? 404 : 200, headers: new Headers(this.headers), body });
  }

  timesAsked(url: string): number {
    return this.asked.filter((asked) => asked === url).length;
  }
}
