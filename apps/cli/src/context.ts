import { Latchkey } from '@latchkey/client';
import { gatewayUrl } from './gateway-url.ts';
import { Printer } from './printer.ts';
import { findCredential, type Credential } from './session/credential.ts';
import { SavedSessions } from './session/saved-sessions.ts';
import type { World } from './world.ts';

/** Options that every command has. */
export interface GlobalOptions {
  gateway?: string;
  token?: string;
  json?: boolean;
}

/** Where a first start of Latchkey listens. */
const defaultGateway = 'http://localhost:8080';

/** What a command works with. */
export class Context {
  readonly print: Printer;
  readonly sessions: SavedSessions;
  private found: Promise<Credential> | undefined;

  constructor(
    readonly world: World,
    private readonly options: GlobalOptions,
  ) {
    this.print = new Printer(world, options.json === true);
    this.sessions = new SavedSessions(world.env);
  }

  /** Named, or of the last sign-in, or the one of a first start. */
  get gateway(): string {
    const named = this.options.gateway ?? this.world.env['LATCHKEY_GATEWAY_URL'] ?? '';
    return gatewayUrl(named !== '' ? named : (this.sessions.current() ?? defaultGateway));
  }

  /** Whether a key was given that needs no sign-in. */
  get hasKey(): boolean {
    return this.options.token !== undefined || (this.world.env['LATCHKEY_TOKEN'] ?? '') !== '';
  }

  /** @throws Failure `not_signed_in` */
  credential(): Promise<Credential> {
    return (this.found ??= findCredential(this.world, this.sessions, this.gateway, this.options.token));
  }

  async latchkey(): Promise<Latchkey> {
    const { token } = await this.credential();
    return new Latchkey({ url: this.gateway, credential: token, fetch: this.world.fetch });
  }
}
