import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface ReceivedMail {
  from: string;
  to: string[];
  /** Header and body, as they came. */
  raw: string;
  /** The text, with its transfer encoding undone. */
  text: string;
}

/** What the server answers to `RCPT TO` and to the end of a message. */
export interface SmtpManners {
  recipient: string;
  message: string;
}

const accepting: SmtpManners = { recipient: '250 2.1.5 ok', message: '250 2.0.0 queued' };

function textOf(raw: string): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/^content-transfer-encoding: base64/im.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/^content-transfer-encoding: quoted-printable/im.test(head)) return body;
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** A mail server of RFC 5321's smallest set of commands, on loopback. */
export async function startSmtpServer() {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const server = { mails, url: '', manners: accepting as SmtpManners, connections: 0, silent: false, accept: () => (server.manners = accepting), drop: () => undefined as void, close: async () => undefined as void };
  const listener = createServer((socket) => {
    server.connections += 1;
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
    let buffer = '';
    let mail: ReceivedMail = { from: '', to: [], raw: '', text: '' };
    let inData = false;
    const say = (line: string): void => void (server.silent || socket.write(`${line}\r\n`));
    const command = (line: string): void => {
      const [, address = ''] = /<([^>]*)>/.exec(line) ?? [];
      if (/^(?:EHLO|HELO)/i.test(line)) say('250 smtp.test');
      else if (/^MAIL FROM/i.test(line)) [mail, inData] = [{ from: address, to: [], raw: '', text: '' }, false], say('250 ok');
      else if (/^RCPT TO/i.test(line)) mail.to.push(address), say(server.manners.recipient);
      else if (/^DATA/i.test(line)) (inData = true), say('354 go on');
      else if (/^QUIT/i.test(line)) say('221 bye'), socket.end();
      else say('250 ok');
    };
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      buffer += chunk;
      for (;;) {
        const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const part = buffer.slice(0, end);
        buffer = buffer.slice(end + (inData ? 5 : 2));
        if (!inData) command(part);
        else {
          inData = false;
          const raw = part.replace(/^\.\./gm, '.');
          if (server.manners.message.startsWith('250')) mails.push({ ...mail, raw, text: textOf(raw) });
          say(server.manners.message);
        }
      }
    });
    say('220 smtp.test ESMTP');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  server.url = `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  server.drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.close = async () => {
    server.drop();
    listener.close();
    await once(listener, 'close');
  };
  return server;
}

export type TestSmtpServer = Awaited<ReturnType<typeof startSmtpServer>>;
