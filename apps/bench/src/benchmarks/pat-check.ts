import { hash } from 'node:crypto';
import { hashIfToken, mintToken, readToken } from '@latchkey/token';
import type { Benchmark } from '../benchmark.ts';
import { TokenTable } from '@latchkey/feed-replica';
import { compare } from '../measure.ts';
import { million, recordNumber } from '../population.ts';

const presented = 100_000;

/** A token from the header to "it lives, and this is what it may do", against a table of a million. */
export const patCheck: Benchmark = {
  name: 'pat-check',
  about: 'SHA-256, lookup among 1 M, revocation, expiry, policy and owner of a personal access token; checksum of an unknown one',
  async run(report) {
    const table = new TokenTable({ compile: ({ scopes }) => new Set(scopes) });
    for (let index = presented; index < million; index += 1) table.apply(recordNumber(index), 1);
    const tokens = Array.from({ length: presented }, (_, index) => {
      const { token, publicId, hash: hash43 } = mintToken();
      table.apply({ ...recordNumber(index), id: publicId, hash: hash43 }, 1);
      return token;
    });
    const unknown = Array.from({ length: presented }, () => mintToken().token);
    const nowSeconds = Math.floor(Date.now() / 1000);

    const check = (token: string): number => {
      const hash43 = hashIfToken(token);
      const row = hash43 === null ? -1 : table.find(hash43);
      // As the gateway does: what is not known may be no token at all.
      if (row === -1) return readToken(token).hash.length;
      if (table.revokedAtOf(row) !== null) return 0;
      const expiresAt = table.expiresAtOf(row);
      if (expiresAt !== null && nowSeconds >= expiresAt) return 0;
      return table.ownerOf(row).length + table.compiledOf(row).size;
    };
    const sum = (of: readonly string[], each: (token: string) => number) => (from: number, to: number) => {
      let total = 0;
      for (let at = from; at < to; at += 1) total += each(of[at]);
      return total;
    };
    const measured = compare(
      {
        sha256: sum(tokens, (token) => hash('sha256', token).length),
        sha256base64url: sum(tokens, (token) => hash('sha256', token, 'base64url').length),
        read: sum(tokens, (token) => readToken(token).hash.length),
        check: sum(tokens, check),
        hot: sum(tokens.map((_, at) => tokens[at % 1000]), check),
        record: sum(tokens, (token) => table.recordOf(table.find(readToken(token).hash)).id.length),
        unknown: sum(unknown, check),
      },
      { operations: presented, rounds: 15 },
    );
    const yardstick = { name: "crypto.hash('sha256')", value: measured.sha256.value };
    report({ name: "crypto.hash('sha256'), bare (hex)", unit: 'ns/op', ...measured.sha256 });
    report({ name: 'the same, as base64url', unit: 'ns/op', ...measured.sha256base64url, yardstick });
    report({ name: 'readToken alone (checksum and hash)', unit: 'ns/op', ...measured.read, yardstick });
    report({ name: 'whole check, one of 1,000 tokens', unit: 'ns/op', ...measured.hot, yardstick, budget: 1500 });
    report({ name: 'whole check, any of 100,000 tokens', unit: 'ns/op', ...measured.check, yardstick, budget: 1500 });
    report({ name: 'whole check, unknown token', unit: 'ns/op', ...measured.unknown, yardstick });
    report({ name: 'with a PatRecord made per request instead', unit: 'ns/op', ...measured.record, yardstick });
  },
};
