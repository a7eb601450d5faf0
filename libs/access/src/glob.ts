const star = 0x2a;

/**
 * Whether `text` matches the glob that stands in `pattern` from `start` up to `end`; `*` is any run of characters, also none.
 * Hot path: no regular expression, so no pattern makes it slower than length of pattern times length of text.
 */
export function matchesGlob(pattern: string, text: string, start = 0, end = pattern.length): boolean {
  let at = start;
  let read = 0;
  let lastStar = -1;
  let resumeAt = 0;
  while (read < text.length) {
    if (at < end && pattern.charCodeAt(at) === star) {
      lastStar = at;
      resumeAt = read;
      at += 1;
    } else if (at < end && pattern.charCodeAt(at) === text.charCodeAt(read)) {
      at += 1;
      read += 1;
    } else if (lastStar !== -1) {
      // What the last star took was too little: it takes one character more.
      at = lastStar + 1;
      resumeAt += 1;
      read = resumeAt;
    } else return false;
  }
  while (at < end && pattern.charCodeAt(at) === star) at += 1;
  return at === end;
}
