import { accessTokenType, type AccessTokenClaims } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { importJWK, SignJWT } from 'jose';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { SigningKeys } from '../keys/signing-keys.ts';

/** Signs an access token that the engine has no grant for, with the key that it signs its own with. */
@Injectable()
export class SignAccessToken {
  constructor(
    private readonly keys: SigningKeys,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(claims: Omit<AccessTokenClaims, 'iss'>): Promise<string> {
    const key = (await this.keys.load()).jwks.keys.find(({ alg }) => alg === 'ES256');
    if (key?.kid === undefined) throw new Error('There is no ES256 signing key');
    return new SignJWT({ iss: this.env.LATCHKEY_ISSUER, ...claims }).setProtectedHeader({ alg: 'ES256', typ: accessTokenType, kid: key.kid }).sign(await importJWK(key, 'ES256'));
  }
}
