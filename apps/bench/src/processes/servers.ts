import { startNats, startPostgres } from '@latchkey/testing';

export interface Servers {
  databaseUrl: string;
  natsUrl: string;
  stop(): Promise<void>;
}

/** A Postgres whose commits wait for the disk, and a nats-server: the ones that production has, on this machine. */
export async function startServers(): Promise<Servers> {
  const [postgres, nats] = await Promise.all([startPostgres({ durable: true }), startNats()]);
  return {
    databaseUrl: postgres.url,
    natsUrl: nats.url,
    stop: async () => {
      await Promise.all([postgres.stop(), nats.stop()]);
    },
  };
}
