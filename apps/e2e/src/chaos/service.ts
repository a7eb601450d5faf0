import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';

export interface ServicePlan {
  name: string;
  script: string;
  env: Record<string, string>;
  logDir: string;
  url: string;
}

/** A service that is killed and started again at the same address. */
export class Service {
  private process: ServiceProcess | undefined;
  private expectedAway = false;

  constructor(private readonly plan: ServicePlan) {}

  get name(): string {
    return this.plan.name;
  }

  get url(): string {
    return this.plan.url;
  }

  /** Resolves when it answers; whether it is ready is another question, while other things are broken. */
  async start(): Promise<void> {
    const { url } = this;
    this.process = await startServiceProcess({ ...this.plan, ready: async () => (await fetch(`${url}/healthz`)).status === 200, timeoutMs: 150_000 });
    this.expectedAway = false;
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2000) })).status === 200;
  }

  freeze(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    this.expectedAway = true;
    await this.process?.kill();
  }

  /** Ended without being asked to. */
  get hasCrashed(): boolean {
    return !this.expectedAway && this.process?.isRunning() === false;
  }

  async stop(): Promise<void> {
    if (this.process?.isRunning() !== true) return;
    this.resume();
    await this.process.stop();
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.process?.isRunning() === true) process.kill(this.process.pid, signal);
  }
}
