import { z } from 'zod';
import { Failure } from '../failure.ts';
import { ask } from '../http.ts';
import { requireSafe } from '../gateway-url.ts';
import type { World } from '../world.ts';

/** RFC 9728 section 2 and RFC 8414 section 2, as far as anything here looks at them. */
const resourceSchema = z.object({ resource: z.string(), authorization_servers: z.array(z.url()).min(1) });
const issuerSchema = z.object({
  issuer: z.string(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  device_authorization_endpoint: z.url().optional(),
  revocation_endpoint: z.url().optional(),
});
export type IssuerMetadata = z.infer<typeof issuerSchema>;

export const managementResource = (gateway: string): string => `${gateway}/v1`;
export const resourceMetadataUrl = (gateway: string): string => `${gateway}/.well-known/oauth-protected-resource/v1`;
export const issuerMetadataNames = ['oauth-authorization-server', 'openid-configuration'] as const;

async function read<T extends z.ZodType>(world: World, url: string, schema: T): Promise<z.output<T>> {
  const { status, body } = await ask(world, url);
  const { data } = schema.safeParse(body);
  if (status !== 200 || data === undefined) throw new Failure('bad_metadata', `${url} answered ${status}${status === 200 ? ' with something else than metadata' : ''}.`, 'Is this the URL of a Latchkey gateway?');
  return data;
}

/** Who gives out tokens for the gateway. @throws Failure `bad_metadata` where the gateway is known by another URL: RFC 9728 section 3.3 */
export async function issuerOf(world: World, gateway: string): Promise<string> {
  const { resource, authorization_servers: [issuer = ''] } = await read(world, resourceMetadataUrl(gateway), resourceSchema);
  if (resource !== managementResource(gateway)) {
    throw new Failure('bad_metadata', `The gateway at ${gateway} is known as ${resource.replace(/\/v1$/, '')}, and takes tokens for that only.`, `Use --gateway ${resource.replace(/\/v1$/, '')}; or LATCHKEY_GATEWAY_URL of the gateway is wrong.`);
  }
  return issuer;
}

/** @throws Failure `bad_metadata` for metadata of another issuer: RFC 8414 section 3.3 */
export async function issuerMetadata(world: World, base: string, name: (typeof issuerMetadataNames)[number] = 'oauth-authorization-server', issuer = base): Promise<IssuerMetadata> {
  const metadata = await read(world, `${base}/.well-known/${name}`, issuerSchema);
  if (metadata.issuer !== issuer) throw new Failure('bad_metadata', `${base}/.well-known/${name} is of ${metadata.issuer}, not of ${issuer}.`, 'LATCHKEY_ISSUER has to be the same everywhere.');
  return metadata;
}

/** The issuer of a gateway, fit to be told secrets. @throws Failure */
export async function discover(world: World, gateway: string): Promise<IssuerMetadata> {
  const metadata = await issuerMetadata(world, await issuerOf(world, gateway));
  for (const url of [metadata.token_endpoint, metadata.device_authorization_endpoint, metadata.revocation_endpoint]) if (url !== undefined) requireSafe(url, 'The issuer', world.env);
  return metadata;
}
