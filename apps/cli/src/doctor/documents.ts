import { z } from 'zod';
import { Failure } from '../failure.ts';
import { ask } from '../http.ts';
import { issuerMetadata, issuerMetadataNames, issuerOf, resourceMetadataUrl } from '../session/metadata.ts';
import { failed, ok, warning, type Check } from './finding.ts';

export const resource: Check = {
  name: 'resource',
  async run(patient) {
    patient.issuer = await issuerOf(patient.context.world, patient.gateway);
    return ok(`takes tokens of ${patient.issuer}`);
  },
};

/** From the other side: what a client finds that asks without a credential. */
export const challenge: Check = {
  name: 'challenge',
  async run({ context: { world }, gateway }) {
    const { status, headers } = await ask(world, `${gateway}/v1/pats`);
    const [, named] = /resource_metadata="([^"]*)"/.exec(headers.get('www-authenticate') ?? '') ?? [];
    if (status !== 401) return failed(`a call without a credential is answered ${status}, not 401`, status === 503 ? 'The gateway is not ready.' : 'A proxy in between answers for it.');
    if (named === undefined) return failed('the challenge of a 401 has been taken off', 'Let the proxy in between pass WWW-Authenticate on: clients find the sign-in by it.');
    return named === resourceMetadataUrl(gateway) ? ok('leads to the metadata of the resource') : failed(`leads to ${named}`, 'LATCHKEY_GATEWAY_URL of the gateway is not the URL that clients use.');
  },
};

export const issuer: Check = {
  name: 'issuer',
  async run(patient) {
    if (patient.issuer === undefined) return null;
    const { context: { world }, issuer: named } = patient;
    for (const name of issuerMetadataNames) patient.metadata = await issuerMetadata(world, named, name);
    const { metadata } = patient;
    const elsewhere = [metadata?.token_endpoint, metadata?.jwks_uri, metadata?.device_authorization_endpoint].filter((url) => url !== undefined && new URL(url).origin !== new URL(named).origin);
    if (elsewhere.length > 0) return warning(`some endpoints are elsewhere: ${elsewhere.join(', ')}`, 'A proxy in between may change Host: LATCHKEY_ISSUER decides what they are.');
    return ok('says the same of itself in both documents');
  },
};

/** Some clients look at the gateway for the metadata of the issuer. */
export const mirror: Check = {
  name: 'mirror',
  async run({ context: { world }, gateway, issuer: named, metadata }) {
    if (named === undefined || metadata === undefined) return null;
    for (const name of issuerMetadataNames) {
      const mirrored = await issuerMetadata(world, gateway, name, named);
      if (mirrored.token_endpoint !== metadata.token_endpoint || mirrored.jwks_uri !== metadata.jwks_uri) return failed(`${gateway}/.well-known/${name} is not what the issuer says`, 'The gateway asks another deployment of identity.');
    }
    return ok('the gateway repeats it');
  },
};

const keySchema = z.object({ kid: z.string(), kty: z.string(), alg: z.string().optional(), d: z.undefined().optional(), p: z.undefined().optional(), k: z.undefined().optional() });

export const signingKeys: Check = {
  name: 'signing keys',
  async run({ context: { world }, metadata }) {
    if (metadata === undefined) return null;
    const { status, body } = await ask(world, metadata.jwks_uri);
    const { data } = z.object({ keys: z.array(z.unknown()).min(1) }).safeParse(body);
    if (status !== 200 || data === undefined) throw new Failure('bad_metadata', `${metadata.jwks_uri} answered ${status}${status === 200 ? ' with no keys' : ''}.`);
    const keys = data.keys.map((key) => keySchema.safeParse(key));
    if (keys.some(({ success }) => !success)) return failed(`${metadata.jwks_uri} holds what is no public key`, 'If a private part is in it, every token can be forged: npm run keys:rotate -- --compromised <kid>.');
    const algorithms = new Set(keys.map(({ data: key }) => key?.alg));
    return algorithms.has('ES256') ? ok(`${keys.length} published`) : failed('none of them signs access tokens (ES256)', 'Something else serves that URL.');
  },
};
