import { Injectable } from '@nestjs/common';
import { errors, type Provider } from 'oidc-provider';
import { Counter } from 'prom-client';
import { tokenExchangeGrant } from '../exchange/agent-client.ts';

const grants: ReadonlySet<string> = new Set([
  'authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', tokenExchangeGrant, 'urn:ietf:params:oauth:grant-type:jwt-bearer',
]);
/** RFC 6749 section 5.2, RFC 8628 section 3.5, RFC 8707 section 2, RFC 9449 section 5. */
const refusals: ReadonlySet<string> = new Set([
  'invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope',
  'authorization_pending', 'slow_down', 'access_denied', 'expired_token', 'invalid_target', 'invalid_dpop_proof', 'use_dpop_nonce',
]);

/** Tokens issued and refused, by the kind of grant: what a caller calls itself or its grant is never a label. */
@Injectable()
export class TokenMetrics {
  readonly requests = new Counter({
    name: 'identity_token_requests_total', help: 'Requests at the token endpoint by grant, and by the error they were refused with.', labelNames: ['grant', 'error'], registers: [],
  });

  install(provider: Provider): void {
    const grantOf = (type: unknown): string => (typeof type === 'string' && grants.has(type) ? type : 'other');
    provider.on('grant.success', (ctx) => this.requests.inc({ grant: grantOf(ctx.oidc.params?.grant_type), error: 'none' }));
    provider.on('grant.error', (ctx, error) => {
      const code = error instanceof errors.OIDCProviderError ? error.error : 'server_error';
      this.requests.inc({ grant: grantOf(ctx.oidc.params?.grant_type), error: refusals.has(code) ? code : 'other' });
    });
  }
}
