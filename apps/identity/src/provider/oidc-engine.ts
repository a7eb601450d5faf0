import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type Provider from 'oidc-provider';
import { SigningKeys } from '../keys/signing-keys.ts';
import { EngineFactory } from './engine-factory.ts';

type Callback = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The OAuth engine in use. It reads its keys once, so a rotation is a new instance over the same storage, swapped in whole (AS-71). */
@Injectable()
export class OidcEngine implements OnModuleInit {
  private fingerprint = '';
  private current: { provider: Provider; callback: Callback } | undefined;

  constructor(
    private readonly keys: SigningKeys,
    private readonly factory: EngineFactory,
  ) {}

  async onModuleInit(): Promise<void> {
    // A first start makes keys; without this the next look would take them for changed, and drop what the engine has cached by then.
    await this.keys.load();
    await this.reload();
  }

  /** Builds the engine anew with the keys as they are now. */
  async reload(): Promise<void> {
    // Read first: what changes while the keys are loaded is found by the next look.
    const fingerprint = await this.keys.fingerprint();
    const provider = this.factory.build(await this.keys.load());
    this.current = { provider, callback: provider.callback() as Callback };
    this.fingerprint = fingerprint;
  }

  /** @returns whether there was anything new */
  async reloadIfChanged(): Promise<boolean> {
    if ((await this.keys.fingerprint()) === this.fingerprint) return false;
    await this.reload();
    return true;
  }

  get provider(): Provider {
    return this.inUse.provider;
  }

  get callback(): Callback {
    return this.inUse.callback;
  }

  private get inUse(): { provider: Provider; callback: Callback } {
    if (this.current === undefined) throw new Error('The engine is asked for before its keys are loaded.');
    return this.current;
  }
}
