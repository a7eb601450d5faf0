import { createServer } from 'node:net';
import type { RunningService } from '@latchkey/service';

/** "localhost" is [::1] first on many machines. The service takes those connections as well, and no others. */
export function alsoOnIpv6({ app, port }: RunningService): Promise<() => void> {
  return new Promise((resolve) => {
    const server = createServer((socket) => void app.getHttpServer().emit('connection', socket));
    // A machine without IPv6: then nobody comes that way.
    server.once('error', () => resolve(() => undefined));
    server.listen({ port, host: '::1', exclusive: true }, () => resolve(() => void server.close()));
  });
}
