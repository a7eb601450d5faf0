import { Injectable } from '@nestjs/common';
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { DataSource } from 'typeorm';
import { pageHeaders } from '../pages/page-headers.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { compareCodePage, deviceConnectedPage, deviceRefusedPage, deviceStartAgainPage, enterCodePage } from './device-pages.ts';

/** 20 letters that no two of which look alike or make a word, eight times: 34 bits, of which nobody gets many guesses. */
const mask = '****-****';

export interface DeviceInfo {
  address: string | null;
  userAgent: string | null;
}

/** What the engine says of a code that it cannot take, by the names of its errors. */
const problems: Record<string, string> = {
  NotFoundError: 'There is no such code. Look at your device once more.',
  ExpiredError: 'This code has expired. Have your device show a new one.',
  AlreadyUsedError: 'This code was used already. Have your device show a new one.',
  NoCodeError: 'Enter the code first.',
};

/** The device flow (RFC 8628): its pages, and which clients may begin it. */
@Injectable()
export class DeviceFlow {
  constructor(private readonly dataSource: DataSource) {}

  get configuration(): NonNullable<NonNullable<Configuration['features']>['deviceFlow']> {
    return {
      enabled: true,
      charset: 'base-20',
      mask,
      deviceInfo: (ctx) => ({ address: peerAddress(ctx.req), userAgent: ctx.get('user-agent').slice(0, 200) || null }) satisfies DeviceInfo,
      userCodeInputSource: (ctx, _form, out, error) => this.askForCode(ctx, out, error),
      userCodeConfirmSource: async (ctx, _form, client, info, code) => {
        await this.requireFlag(client.clientId);
        const { address, userAgent } = info as unknown as DeviceInfo;
        show(ctx, compareCodePage({ xsrf: xsrfOf(ctx), code, clientName: client.clientName ?? 'A program without a name', address, userAgent }));
      },
      successSource: (ctx) => show(ctx, deviceConnectedPage()),
    };
  }

  /** The mark that we set ourselves decides, whatever the metadata of a client says (AS-21). @throws UnauthorizedClient */
  async requireFlag(clientId: string): Promise<void> {
    const rows = await this.dataSource.query<unknown[]>('SELECT 1 FROM clients WHERE id = $1 AND device_flow AND deleted_at IS NULL', [clientId]);
    if (rows.length === 0) throw new errors.UnauthorizedClient('this client may not connect devices');
  }

  private askForCode(ctx: KoaContextWithOIDC, out?: { error: string }, error?: Error): void {
    if (error?.name === 'AbortedError') return show(ctx, deviceRefusedPage());
    // A form without a session of ours: it was sent from elsewhere, or its session has ended. There is nothing to save, which the engine would try.
    const session = ctx.oidc.session as unknown as { exp?: number; touched: boolean };
    if (error !== undefined && session.exp === undefined) {
      session.touched = false;
      return show(ctx, deviceStartAgainPage());
    }
    const asked = ctx.query['code'];
    const code = typeof asked === 'string' && /^[A-Za-z-]{1,20}$/.test(asked) ? asked : undefined;
    const words = error === undefined ? undefined : (problems[error.name] ?? (out?.error === 'server_error' ? 'Something went wrong here. Try again.' : 'This did not work. Have your device show a new code.'));
    return show(ctx, enterCodePage({ xsrf: xsrfOf(ctx), code, error: words }));
  }
}

const xsrfOf = (ctx: KoaContextWithOIDC): string => (ctx.oidc.session as unknown as { state?: { secret?: string } }).state?.secret ?? '';

function show(ctx: KoaContextWithOIDC, page: string): void {
  ctx.set(pageHeaders);
  ctx.type = 'html';
  ctx.body = page;
}
