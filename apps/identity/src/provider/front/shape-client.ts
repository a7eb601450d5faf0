import { RegistrationError, shapeRegistration, shapeUpdate, type RegistrationRules } from '../../clients/shape-registration.ts';
import { isRegistrationPath } from '../routes.ts';
import { answerOAuthError, type EngineExchange, type FrontStep } from './exchange.ts';

const bodyLimitBytes = 16 * 1024;

/** Rewrites what is registered or updated before the engine sees it: its own policies run only with an initial access token (AS-20, AS-21). */
export const shapeClient = (rules: RegistrationRules): FrontStep =>
  function shapeClient(exchange: EngineExchange): boolean {
    const { request, response, path } = exchange;
    if (!isRegistrationPath(path) || (request.method !== 'POST' && request.method !== 'PUT')) return false;
    if (exchange.body.length > bodyLimitBytes) return answerOAuthError(response, 413, 'invalid_client_metadata', 'The registration is too large.');
    const body = parseObject(exchange.body);
    // What is no JSON object is refused by the engine, in its own words.
    if (body === null) return false;
    try {
      const shaped = request.method === 'POST' ? shapeRegistration(body, rules) : shapeUpdate(body, rules);
      exchange.body = Buffer.from(JSON.stringify(shaped));
      return false;
    } catch (error) {
      if (error instanceof RegistrationError) return answerOAuthError(response, 400, error.error, error.message, { 'access-control-allow-origin': '*' });
      throw error;
    }
  };

function parseObject(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
