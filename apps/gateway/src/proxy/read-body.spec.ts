import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { readBody } from './read-body.ts';
import { ClientGone } from './render-refusal.ts';

const incoming = (headers: Record<string, string> = {}): PassThrough & IncomingMessage => Object.assign(new PassThrough(), { headers }) as never;

describe('readBody', () => {
  it('gives the whole body, however it came', async () => {
    const request = incoming();
    const body = readBody(request, 10);
    for (const piece of ['ab', 'cd', 'efghij']) request.write(piece);
    request.end();
    expect((await body).toString()).toBe('abcdefghij');
  });

  it('refuses an announced length before a byte is read, and a hidden one as soon as it is passed', async () => {
    await expect(readBody(incoming({ 'content-length': '11' }), 10)).rejects.toMatchObject({ code: 'body_too_large', status: 413 });
    const request = incoming();
    const body = readBody(request, 10);
    request.write('12345678901');
    await expect(body).rejects.toMatchObject({ code: 'body_too_large' });
  });

  it('ends when the client does, also when that was before', async () => {
    const leaving = incoming();
    const body = readBody(leaving, 10);
    leaving.destroy();
    await expect(body).rejects.toThrow(ClientGone);
    await expect(readBody(leaving, 10)).rejects.toThrow(ClientGone);
  });
});
