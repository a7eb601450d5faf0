import type { RegistrationLimits } from '../../clients/registration-limits.ts';
import { peerAddress } from '../peer-address.ts';
import { routes } from '../routes.ts';
import { answerOAuthError, type FrontStep } from './exchange.ts';

export const limitRegistrations = (limits: RegistrationLimits): FrontStep =>
  async function limitRegistrations({ request, response, path }): Promise<boolean> {
    if (path !== routes.registration || request.method !== 'POST') return false;
    const waitSeconds = await limits.charge(peerAddress(request));
    if (waitSeconds === null) return false;
    const headers = { 'retry-after': String(waitSeconds), 'access-control-allow-origin': '*' };
    return answerOAuthError(response, 429, 'temporarily_unavailable', 'Too many registrations from here. Try again later.', headers);
  };
