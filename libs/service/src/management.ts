import { createServer, type Server } from 'node:http';
import type { Logger } from '@latchkey/telemetry';
import { PortInUseError } from './port-in-use.ts';

export interface ManagementOptions {
  host: string;
  /** 0 takes a free one */
  port: number;
  logger: Logger;
  /** What is shown, by path. */
  pages: Readonly<Record<string, () => Promise<ManagementPage> | ManagementPage>>;
}

export interface ManagementPage {
  contentType: string;
  body: string;
}

export interface RunningManagement {
  port: number;
  close(): Promise<void>;
}

/**
 * A second, small listener for those who run the service: what it shows is nobody else's business, so it is never on the port that callers
 * use, and a network policy can tell the two apart.
 * @throws PortInUseError
 */
export async function startManagement({ host, port, logger, pages }: ManagementOptions): Promise<RunningManagement> {
  const server = createServer({ maxHeaderSize: 8 * 1024, requestTimeout: 10_000 }, (request, response) => {
    const refuse = (status: number, headers: Record<string, string> = {}): void => void response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end();
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return refuse(404);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { allow: 'GET, HEAD' });
    Promise.resolve()
      .then(page)
      .then(({ contentType, body }) => {
        response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      })
      .catch((error: unknown) => {
        logger.error({ err: error, path }, 'a management page failed');
        if (response.headersSent) response.destroy();
        else refuse(500);
      });
  });
  await listen(server, port, host);
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  logger.info({ port: actual }, 'management port');
  return {
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(port, 'LATCHKEY_MANAGEMENT_PORT') : error);
    });
    server.listen(port, host, resolve);
  });
}
