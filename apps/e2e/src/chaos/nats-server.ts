import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type TestNats } from '@latchkey/testing';

/** A NATS server that can be killed, and that comes back at the same address on whatever store it is given. */
export class NatsServer {
  private constructor(
    private server: TestNats,
    private readonly directory: string,
  ) {}

  static async start(): Promise<NatsServer> {
    const directory = mkdtempSync(join(tmpdir(), 'latchkey-chaos-nats-'));
    return new NatsServer(await startNats({ storeDir: join(directory, 'store') }), directory);
  }

  get url(): string {
    return this.server.url;
  }

  freeze(): void {
    this.server.freeze();
  }

  resume(): void {
    this.server.resume();
  }

  async kill(): Promise<void> {
    await this.server.kill();
  }

  async start(): Promise<void> {
    this.server = await startNats({ storeDir: join(this.directory, 'store'), port: Number(new URL(this.url).port) });
  }

  loseStore(): void {
    rmSync(join(this.directory, 'store'), { recursive: true, force: true });
  }

  /** As a backup of a running server would be taken, but at one moment. */
  copyStore(): void {
    this.server.freeze();
    rmSync(join(this.directory, 'copy'), { recursive: true, force: true });
    cpSync(join(this.directory, 'store'), join(this.directory, 'copy'), { recursive: true });
    this.server.resume();
  }

  /** To be called while it is down. */
  restoreStore(): void {
    this.loseStore();
    cpSync(join(this.directory, 'copy'), join(this.directory, 'store'), { recursive: true });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
