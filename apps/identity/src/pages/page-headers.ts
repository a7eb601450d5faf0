/**
 * What every page goes out with.
 *
 * There is no `form-action`, and no default stands in for it: Chromium and Safari apply it to the whole chain of redirects that a form
 * sets off, which ends at a client's loopback or private-use address (AS-92). Nor is there a Cross-Origin-Opener-Policy, which would cut
 * a client off from the popup in which it opened us.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
