import { Inject, Injectable } from '@nestjs/common';
import { requestIdOf } from '@latchkey/service';
import type { Logger } from '@latchkey/telemetry';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RegistrationLimits } from '../../clients/registration-limits.ts';
import { ReviveClient } from '../../clients/revive-client.ts';
import { DeviceLimits } from '../../device/device-limits.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { LOGGER } from '../../tokens.ts';
import { letGo } from '../let-go.ts';
import { OidcEngine } from '../oidc-engine.ts';
import { Resources } from '../resources.ts';
import { answerOAuthError, type EngineExchange, type FrontStep } from './exchange.ts';
import { ForeseeAuthorization } from '../../interactions/foresee-authorization.ts';
import { sessionCookie } from '../cookies.ts';
import { deviceSteps } from './device-steps.ts';
import { foresee } from './foresee.ts';
import { freshKeys } from './fresh-keys.ts';
import { limitRegistrations } from './limit-registrations.ts';
import { nameAgentClient } from './name-agent-client.ts';
import { readBody } from './read-body.ts';
import { refuseUnkeepable } from './refuse-unkeepable.ts';
import { registrationCors } from './registration-cors.ts';
import { replay } from './replay.ts';
import { reviveClient } from './revive-client.ts';
import { shapeAuthorization } from './shape-authorization.ts';
import { shapeClient } from './shape-client.ts';

/** Stands between the socket and the engine: makes of what real clients send what a strict engine expects. */
@Injectable()
export class EngineFront {
  private readonly steps: readonly FrontStep[];

  constructor(
    private readonly engine: OidcEngine,
    resources: Resources,
    limits: RegistrationLimits,
    deviceLimits: DeviceLimits,
    revive: ReviveClient,
    foreseeAuthorization: ForeseeAuthorization,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const rules = { allowPrivateUse: env.LATCHKEY_ALLOW_PRIVATE_USE_REDIRECTS, allowPrivateAddresses: env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS };
    this.steps = [
      registrationCors, // 204 for a preflight
      refuseUnkeepable, // 400
      limitRegistrations(limits), // 429
      shapeClient(rules), // 400, 413
      nameAgentClient,
      deviceSteps(deviceLimits), // 429
      reviveClient(revive, limits, env.LATCHKEY_DCR),
      foresee(foreseeAuthorization, sessionCookie(env.LATCHKEY_ISSUER), resources.defaultResource),
      shapeAuthorization(resources),
      freshKeys(engine),
    ];
  }

  /** Answers, or hands to the engine; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const requestId = requestIdOf(request.headers);
    response.setHeader('x-request-id', requestId);
    try {
      const body = await readBody(request);
      if (body === null) {
        answerOAuthError(response, 413, 'invalid_request', 'The body is too large.', { connection: 'close' });
        return;
      }
      const search = request.url?.slice(path.length) ?? '';
      const exchange: EngineExchange = { request, response, path, query: new URLSearchParams(search), body };
      for (const step of this.steps) {
        if (await step(exchange)) return;
      }
      const replayed = replay(exchange, this.env.LATCHKEY_ISSUER);
      await this.engine.callback(replayed, response);
      letGo(replayed);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      this.logger.error({ err: error, requestId }, 'request failed before the engine');
      if (!response.headersSent) answerOAuthError(response, 500, 'server_error', 'Something went wrong on our side.');
    }
  }
}
