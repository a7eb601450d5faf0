import type { ServerResponse } from 'node:http';
import type { Exchange } from '../proxy/exchange.ts';

/** A stream of server-sent events that begins with its first event: until then, a refusal can still have a status of its own. */
export class ProgressEvents {
  private timer: NodeJS.Timeout | undefined;
  private readonly response: ServerResponse;

  constructor(private readonly exchange: Exchange, private readonly keepAliveMs: number) {
    this.response = exchange.response;
  }

  get hasBegun(): boolean {
    return this.response.headersSent;
  }

  /** News that a slow reader has no room for are old by the time there is. */
  progress(data: object): void {
    if (!this.response.writableNeedDrain) this.send('progress', data);
  }

  send(event: 'progress' | 'result' | 'error', data: object): void {
    this.begin();
    this.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    this.timer?.refresh();
  }

  /** From now on silence is filled, so that nobody on the way takes the connection for dead. */
  keepAlive(): void {
    this.timer = setInterval(() => {
      this.begin();
      this.response.write(': keep-alive\n\n');
    }, this.keepAliveMs);
  }

  end(): void {
    clearInterval(this.timer);
    if (this.hasBegun) this.response.end();
  }

  private begin(): void {
    if (!this.hasBegun) this.exchange.tellAll().writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).flushHeaders();
  }
}
