import type { Latchkey } from '../index.ts';

/** A key for one build: it may read one server, and ends within the hour whatever happens. */
export async function withBuildKey<T>(latchkey: Latchkey, org: string, project: string, server: string, build: (token: string) => Promise<T>): Promise<T> {
  const key = await latchkey.keys.mint({
    kind: 'service', name: `build in ${project}`, org, scopes: ['mcp:read'], grants: [{ resource: `org/${org}/project/${project}/server/${server}`, actions: ['read'] }], expiresIn: '1h',
  });
  try {
    return await build(key.token);
  } finally {
    await latchkey.keys.revoke(key.id, 'build done');
  }
}
