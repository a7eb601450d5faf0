import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { World } from './world.ts';

/** NO_COLOR (no-color.org) counts wherever it is not empty. */
const mayColour = (stream: NodeJS.WriteStream): boolean => stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';

/** @throws Error of the connection; the certificate is checked as for any request */
function certificateEnd({ hostname, port }: URL): Promise<number> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: port === '' ? 443 : Number(port), servername: /^[\d.]+$|:/.test(host) ? '' : host, timeout: 10_000 }, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to));
      socket.destroy();
    });
    socket.once('error', reject).once('timeout', () => socket.destroy(new Error('the handshake took too long')));
  });
}

/** This process. */
export function nodeWorld(): World {
  // Whoever reads may stop reading: `latchkey keys list --all | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    out: (line) => void process.stdout.write(line),
    err: (line) => void process.stderr.write(line),
    input: async () => (process.stdin.isTTY ? null : text(process.stdin)),
    colours: { out: mayColour(process.stdout), err: mayColour(process.stderr) },
    now: () => Date.now(),
    pause: async (ms) => void (await setTimeout(ms)),
    fetch: globalThis.fetch,
    certificateEnd,
  };
}
