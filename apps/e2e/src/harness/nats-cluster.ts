import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort, startNats, type TestNats } from '@latchkey/testing';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

export interface NatsCluster {
  servers: readonly TestNats[];
  /** All three, as a service is given them */
  url: string;
  /** Speaks to the cluster as an operator would. */
  manage<T>(body: (manager: JetStreamManager) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Three servers that keep three copies of what they are told. */
export async function startNatsCluster(): Promise<NatsCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-test-cluster-'));
  const routes = [await freePort(), await freePort(), await freePort()];
  const servers = await Promise.all(routes.map((port, index) => {
    const config = join(directory, `n${index}.conf`);
    const others = routes.filter((other) => other !== port).map((other) => `"nats://127.0.0.1:${other}"`);
    writeFileSync(config, `server_name: n${index}\ncluster { name: latchkey, listen: "127.0.0.1:${port}", routes: [${others.join(', ')}] }\n`);
    return startNats({ config });
  }));
  const url = servers.map((server) => server.url).join(',');
  const cluster: NatsCluster = {
    servers, url,
    async manage(body) {
      const connection = await connect({ servers: servers.map((server) => new URL(server.url).host), maxReconnectAttempts: -1, timeout: 5000 });
      try {
        return await body(await jetstreamManager(connection, { checkAPI: false }));
      } finally {
        await connection.close();
      }
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    // They have to find each other first: a stream that is made before has one copy, and gets the others much later.
    await eventually(() => cluster.manage(async ({ streams }) => {
      await streams.add({ name: 'PROBE', subjects: ['probe.cluster'], num_replicas: 3 });
      return streams.delete('PROBE');
    }), { timeoutMs: 90_000 });
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
