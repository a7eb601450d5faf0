import { Provider, type TokenEndpointGrantContext } from 'oidc-provider';

/** Runs around the engine's own handler of a grant type, after the client has been authenticated. */
export type GrantGuard = (ctx: TokenEndpointGrantContext, handle: () => Promise<void>) => Promise<void>;

/**
 * The engine with a place to stand around its grant handlers: single use and replay belong between "this client is who it says" and
 * "this token is used up", where no middleware reaches. (The engine registers its own handlers through this very method, AS-84.)
 */
export class GuardedProvider extends Provider {
  readonly grantGuards = new Map<string, GrantGuard>();

  override registerGrantType<Params extends object>(
    name: string,
    handler: (ctx: TokenEndpointGrantContext<Params>) => Promise<void> | void,
    params?: string | readonly string[] | ReadonlySet<string>,
    duplicates?: string | readonly string[] | ReadonlySet<string>,
  ): void {
    const guarded = async (ctx: TokenEndpointGrantContext<Params>): Promise<void> => {
      const handle = async (): Promise<void> => {
        await handler(ctx);
      };
      const guard = this.grantGuards.get(name);
      await (guard === undefined ? handle() : guard(ctx, handle));
    };
    super.registerGrantType(name, guarded, params, duplicates);
  }
}
