import { isRegistrationPath } from '../routes.ts';
import type { FrontStep } from './exchange.ts';

/** Registration is open to browsers (Inspector registers from one), and the engine has no CORS there: it answers OPTIONS with 404 (AS-03). */
export const registrationCors: FrontStep = ({ request, response, path }) => {
  if (!isRegistrationPath(path)) return false;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'WWW-Authenticate, Retry-After');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'POST, GET, PUT, DELETE',
    'access-control-allow-headers': 'authorization, content-type, accept, mcp-protocol-version',
    'access-control-max-age': '3600',
  });
  response.end();
  return true;
};
