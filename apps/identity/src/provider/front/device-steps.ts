import type { DeviceLimits } from '../../device/device-limits.ts';
import { tooManyCodesPage } from '../../device/device-pages.ts';
import { pageHeaders } from '../../pages/page-headers.ts';
import { peerAddress } from '../peer-address.ts';
import { routes } from '../routes.ts';
import { answerOAuthError, type FrontStep } from './exchange.ts';

/** Bounds what anybody may try without having signed in, and keeps a code in the address from being sent off by a script. */
export const deviceSteps = (limits: DeviceLimits): FrontStep =>
  async function deviceSteps({ request, response, path, query, body }): Promise<boolean> {
    if (path === routes.device_authorization && request.method === 'POST') {
      const waitSeconds = await limits.start(peerAddress(request));
      if (waitSeconds === null) return false;
      return answerOAuthError(response, 429, 'temporarily_unavailable', 'Too many devices from here. Try again later.', { 'retry-after': String(waitSeconds) });
    }
    if (path !== routes.code_verification) return false;
    const given = query.get('user_code');
    // The engine would post such a code by a script of its own; here a person sees it in the field and presses the button.
    if (request.method === 'GET' && given !== null) {
      query.delete('user_code');
      query.set('code', given);
    }
    if (request.method !== 'POST') return false;
    const form = new URLSearchParams(body.toString());
    if (!form.has('user_code') || form.has('confirm') || form.has('abort')) return false;
    const waitSeconds = await limits.code(peerAddress(request));
    if (waitSeconds === null) return false;
    response.writeHead(429, { ...pageHeaders, 'retry-after': String(waitSeconds) });
    response.end(tooManyCodesPage());
    return true;
  };
