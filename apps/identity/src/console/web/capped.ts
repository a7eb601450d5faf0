import { Transform } from 'node:stream';

/** A stream that breaks off where it becomes longer than it may: what is cut is seen to be cut, and never taken for the whole. */
export function capped(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(new Error(`more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}
