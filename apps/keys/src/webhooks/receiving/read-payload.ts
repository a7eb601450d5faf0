import { Problem } from '@latchkey/problem';
import type { SignedRequest } from '../verifiers/signed-request.ts';

/** In JSON as we write it: NUL, and halves of surrogate pairs, which `jsonb` refuses, in values and in names. */
const unstorable = /(?<=(?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.parse(JSON.stringify(value).replace(unstorable, '\\ufffd'));
  } catch (cause) {
    throw new Problem('invalid_request', { detail: 'The body is not JSON, or nested too deep.', cause });
  }
}

/** What was sent, as the template sees it: JSON, or a form, whose `payload` is JSON where it looks so (GitHub, Slack). Only what is signed is read. */
export function readPayload({ headers, body }: SignedRequest): unknown {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return parseJson(body.toString());
  const fields: Record<string, unknown> = Object.fromEntries(new URLSearchParams(body.toString()));
  const { payload } = fields;
  return parseJson(typeof payload === 'string' && payload.startsWith('{') ? payload : JSON.stringify(fields));
}
