import { createSocket } from 'node:dgram';

/** Zones by name: TXT records, each of one or more parts; null answers that the server has failed. */
export type Zones = Map<string, string[][] | null>;

const names = (message: Buffer): { name: string; end: number } => {
  const labels: string[] = [];
  let at = 12;
  while (message[at] !== 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + message[at]!));
    at += 1 + message[at]!;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
};

function record(parts: string[]): Buffer {
  const data = Buffer.concat(parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')])));
  // The name as a pointer to the question, TXT, IN, and a minute to live (RFC 1035 section 4.1.3).
  const head = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, 0]);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** A DNS server over UDP that knows a few TXT records, as RFC 1035 section 4 has it. */
export async function startDnsServer(zones: Zones): Promise<{ address: string; close: () => Promise<void> }> {
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const { name, end } = names(message);
    const records = zones.has(name) ? zones.get(name)! : [];
    const header = Buffer.from(message.subarray(0, 12));
    // An answer, with recursion; code 2 is a failure of the server, 3 says that there is no such name.
    header.writeUInt16BE(0x8180 | (records === null ? 2 : records.length === 0 ? 3 : 0), 2);
    header.writeUInt16BE(records?.length ?? 0, 6);
    header.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([header, message.subarray(12, end), ...(records ?? []).map(record)]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${socket.address().port}`, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}
