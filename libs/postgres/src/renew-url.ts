import type { DataSource } from 'typeorm';

interface Pooled {
  driver: { master?: { options?: { connectionString?: string } } };
  options: { url?: string };
}

/**
 * Has connections that are made from now on use another URL: a password that was exchanged, a server that moved. Those that are open stay: Postgres asks
 * for the password at their beginning only.
 */
export function renewUrl(dataSource: DataSource, url: string): void {
  const { driver, options } = dataSource as unknown as Pooled;
  const pool = driver.master?.options;
  if (pool === undefined) throw new Error('The data source is not connected');
  pool.connectionString = url;
  options.url = url;
}
