import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@latchkey/telemetry';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { serverOptions } from './server-options.ts';

export interface NatsOptions {
  /** `nats://[user:password@]host:port`, or several, also as one string with commas; a function is asked again for the user and password of each connection. */
  servers: string | readonly string[] | (() => string);
  /** What the server shows as the name of this client. */
  name: string;
  logger: Logger;
  /** How long the first connection may take to come about; 15 s when left out. Later ones are waited for without end. */
  firstConnectMs?: number;
}

/** Logs once per outage; the library goes on trying by itself. */
async function watchStatus(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') logger.warn('nats is away');
    else if (status.type === 'reconnect') logger.info('nats is back');
    else if (status.type === 'error') logger.warn({ reason: status.error.message }, 'nats reported an error');
  }
}

/** A password that was exchanged counts from the next connection on; the servers of a cluster tell of each other. */
function loginAnew(servers: NatsOptions['servers']): NodeConnectionOptions {
  if (typeof servers !== 'function') return serverOptions(servers);
  const { user: _user, pass: _pass, token: _token, ...others } = serverOptions(servers());
  const authenticator = (): { user: string; pass?: string } | { auth_token: string } | undefined => {
    const { user, pass, token } = serverOptions(servers());
    if (token !== undefined) return { auth_token: token };
    return user === undefined ? undefined : { user, ...(pass === undefined ? {} : { pass }) };
  };
  return { ...others, authenticator };
}

/** @throws the last failure, when no server could be reached in time */
export async function connectNats({ servers, name, logger, firstConnectMs = 15_000 }: NatsOptions): Promise<NatsConnection> {
  const options: NodeConnectionOptions = {
    ...loginAnew(servers),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // A frozen server or a cut network is noticed within about three seconds.
    pingInterval: 1000,
    maxPingOut: 2,
    timeout: 2000,
    ignoreAuthErrorAbort: true,
  };
  const deadline = performance.now() + firstConnectMs;
  for (let first = true; ; first = false) {
    try {
      const connection = await connect(options);
      void watchStatus(connection, logger);
      return connection;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      if (first) logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'nats cannot be reached yet');
      await sleep(250);
    }
  }
}
