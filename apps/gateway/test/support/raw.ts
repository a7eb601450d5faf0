import { connect } from 'node:net';

/** After this much silence, the other end is taken to wait for more. */
const patienceMs = 300;

/**
 * One connection with exactly these bytes, sent piece by piece. It is ended once the other end has closed it, or seems to wait for more.
 * @returns all that came back
 */
export function sendRaw(url: string, pieces: readonly (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    // A refusal may come, with an end, before all was sent.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.setTimeout(patienceMs, () => socket.destroy());
    for (const piece of pieces) socket.write(piece);
  });
}

/** Statuses of the answers in what a connection brought. An answer's body begins no line with that. */
export const statusesIn = (text: string): number[] => [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
