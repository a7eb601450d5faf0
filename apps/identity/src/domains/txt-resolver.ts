import { Resolver } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';

/** What a look at the DNS gave: the values of a name's TXT records, of which there may be none, or no answer at all. */
export type TxtAnswer = { outcome: 'answered'; values: string[] } | { outcome: 'unreachable' };

/** Looks up TXT records. A port, for a test must not ask the Internet. */
@Injectable()
export abstract class TxtResolver {
  abstract resolve(name: string): Promise<TxtAnswer>;
}

const timeoutMs = 2000;
const tries = 2;
/** A name may have any number of records; nobody needs more. */
const valuesAtMost = 100;

/** Answers that say "there is none", and not "ask later". */
const none = new Set(['ENOTFOUND', 'ENODATA']);

/** By the machine's own resolvers, or by others that are named. */
export class DnsTxtResolver extends TxtResolver {
  private readonly resolver = new Resolver({ timeout: timeoutMs, tries });

  constructor(servers?: readonly string[]) {
    super();
    if (servers !== undefined) this.resolver.setServers([...servers]);
  }

  async resolve(name: string): Promise<TxtAnswer> {
    try {
      // A value longer than 255 bytes comes in parts (RFC 7208 section 3.3).
      const records = await this.resolver.resolveTxt(name);
      return { outcome: 'answered', values: records.slice(0, valuesAtMost).map((parts) => parts.join('')) };
    } catch (error) {
      return none.has((error as NodeJS.ErrnoException).code ?? '') ? { outcome: 'answered', values: [] } : { outcome: 'unreachable' };
    }
  }
}
