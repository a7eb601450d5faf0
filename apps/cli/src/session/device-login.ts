import { z } from 'zod';
import { Failure } from '../failure.ts';
import { ask, postForm } from '../http.ts';
import { clean } from '../text.ts';
import type { World } from '../world.ts';
import { managementResource, type IssuerMetadata } from './metadata.ts';
import { oauthError, tokensOf, type Tokens } from './token-answer.ts';

/** The client that every deployment has (docs/adr/0019-device-flow.md). */
export const clientId = 'latchkey-cli';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628 section 3.2. */
const startedSchema = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_uri: z.url({ protocol: /^https?$/ }),
  verification_uri_complete: z.url({ protocol: /^https?$/ }).optional(),
  expires_in: z.number().positive(),
  interval: z.number().positive().max(300).default(5),
});
type Started = z.infer<typeof startedSchema>;

/** Asks a person to allow this at a page, wherever their browser is, and waits until they have. @throws Failure */
export async function deviceLogin(world: World, issuer: IssuerMetadata, gateway: string, scope: string): Promise<Tokens> {
  if (issuer.device_authorization_endpoint === undefined) throw new Failure('bad_metadata', `${issuer.issuer} does not offer the device flow.`, 'Use a key in LATCHKEY_TOKEN.');
  const answer = await postForm(world, issuer.device_authorization_endpoint, { client_id: clientId, resource: managementResource(gateway), scope });
  const { data: started } = startedSchema.safeParse(answer.body);
  if (answer.status !== 200 || started === undefined) throw new Failure('sign_in_refused', `${issuer.issuer} does not let this program ask: ${oauthError(answer) ?? `it answered ${answer.status}`}.`);
  world.err(`To sign in, open\n\n  ${clean(started.verification_uri)}\n\nand enter the code\n\n  ${clean(started.user_code)}\n\n`);
  if (started.verification_uri_complete !== undefined) world.err(`or open ${clean(started.verification_uri_complete)} and compare the code.\n\n`);
  world.err('Waiting …\n');
  return poll(world, issuer.token_endpoint, started);
}

/** RFC 8628 section 3.5: no faster than told, slower when told so, and slower too where nobody answers. */
async function poll(world: World, endpoint: string, { device_code: code, expires_in: seconds, interval }: Started): Promise<Tokens> {
  const until = world.now() + seconds * 1000;
  for (let wait = interval * 1000; ; ) {
    await world.pause(wait);
    if (world.now() >= until) throw expired();
    const answer = await postForm(world, endpoint, { grant_type: grantType, client_id: clientId, device_code: code }).catch(() => null);
    if (answer === null || answer.status >= 500) {
      wait = Math.min(wait * 2, 60_000);
      continue;
    }
    switch (oauthError(answer)) {
      case null:
        return tokensOf(answer, world.now());
      case 'authorization_pending':
        break;
      case 'slow_down':
        wait += 5000;
        break;
      case 'access_denied':
        throw new Failure('sign_in_refused', 'The sign-in was refused at the page.');
      case 'expired_token':
        throw expired();
      default:
        throw new Failure('sign_in_refused', `The sign-in did not come about: ${clean(oauthError(answer) ?? '')}.`);
    }
  }
}

const expired = (): Failure => new Failure('sign_in_expired', 'Nobody allowed it in time.', 'Begin again: latchkey login');

/** Ends a sign-in with all that came of it (RFC 7009). @throws Failure */
export async function revoke(world: World, endpoint: string, token: string): Promise<void> {
  const { status } = await ask(world, endpoint, { method: 'POST', body: new URLSearchParams({ client_id: clientId, token }) });
  if (status !== 200) throw new Failure('unexpected_answer', `The issuer answered ${status}; the sign-in may still be alive.`, 'Try again, or end it in the console, under Connected programs.');
}

/** @returns null where the sign-in is over */
export async function refresh(world: World, endpoint: string, token: string): Promise<Tokens | null> {
  const answer = await postForm(world, endpoint, { grant_type: 'refresh_token', client_id: clientId, refresh_token: token });
  return oauthError(answer) === 'invalid_grant' ? null : tokensOf(answer, world.now());
}
