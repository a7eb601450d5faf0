/** Whether a path has a segment that another parser could resolve or split: no path with one goes anywhere. */
export function isUnsafePath(path: string): boolean {
  if (path.includes('\\') || path.includes('//')) return true;
  try {
    // Decoded before it is split: an encoded slash may end a segment for somebody else. So may a semicolon (RFC 3986 section 3.3), which leaves dots or nothing.
    return decodeURIComponent(path).split('/').some((segment) => /^\.{1,2}(?:;|$)|^;|[\u0000-\u001f\u007f\\]/.test(segment));
  } catch {
    return true;
  }
}
