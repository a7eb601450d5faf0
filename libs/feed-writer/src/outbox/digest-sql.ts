import { digestBytes } from '@latchkey/feed';

const sha256 = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`;

export const digestType = `bit(${digestBytes * 8})`;
export const zeroDigest = `0::${digestType}`;

/** The SQL of `digestOf` in `@latchkey/feed`: what one subject at one version adds to a digest. */
export const digestSql = (subject: string, version: string): string =>
  `('x' || encode(${sha256(`${subject} || '@' || ${version}`)}, 'hex'))::${digestType}`;

/** The SQL of `shardOf`. */
export const shardSql = (subject: string): string => `get_byte(${sha256(subject)}, 0)::smallint`;

/** Computes from the outbox what `feed_digest` should hold: digest and count of every shard that is not empty. */
export const shardsOfOutbox = `
  SELECT ${shardSql('subject')} AS shard, bit_xor(${digestSql('subject', 'published_version')}) AS digest, count(*)::integer AS subjects
  FROM outbox WHERE published_generation = (SELECT generation FROM feed_epoch) GROUP BY 1`;

/** @param bits  a digest as Postgres prints it, in zeros and ones */
export function hexOf(bits: string): string {
  return BigInt(`0b${bits}`).toString(16).padStart(digestBytes * 2, '0');
}
