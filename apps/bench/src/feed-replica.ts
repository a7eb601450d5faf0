/**
 * Parts of the replica that its library does not export, typed from its sources and taken from its build.
 * Once they are exported, this file has nothing left to say.
 */
type Tables = typeof import('../../../libs/feed-replica/src/token-table/token-table.ts');
type Writing = typeof import('../../../libs/feed-replica/src/snapshot/write-snapshot.ts');
type Reading = typeof import('../../../libs/feed-replica/src/snapshot/read-snapshot.ts');

const built = (path: string): Promise<unknown> => import(new URL(`../../../libs/feed-replica/dist/${path}`, import.meta.url).href);

export const { TokenTable } = (await built('token-table/token-table.js')) as Tables;
export type Table = InstanceType<Tables['TokenTable']>;
export const { writeSnapshot } = (await built('snapshot/write-snapshot.js')) as Writing;
export const { readSnapshot } = (await built('snapshot/read-snapshot.js')) as Reading;
