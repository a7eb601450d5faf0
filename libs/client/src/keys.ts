import type { CallAnswer, CallInput, CallOptions, ListItem } from './calls.ts';
import type { Latchkey } from './latchkey.ts';

type Signal = Pick<CallOptions, 'signal'>;

/** Keys in the words of their life. */
export class Keys {
  constructor(private readonly latchkey: Latchkey) {}

  /** The token is in this answer and nowhere else. */
  mint(wanted: CallInput<'mintPat'>, options?: CallOptions): Promise<CallAnswer<'mintPat'>> {
    return this.latchkey.call('mintPat', wanted, options);
  }

  list(filter: CallInput<'listPats'> = {}, options?: Signal): AsyncGenerator<ListItem<'listPats'>, void, undefined> {
    return this.latchkey.items('listPats', filter, options);
  }

  show(id: string, options?: Signal): Promise<CallAnswer<'showPat'>> {
    return this.latchkey.call('showPat', { id }, options);
  }

  /** Another name, or less of it. */
  change(id: string, change: Omit<CallInput<'changePat'>, 'id'>, options?: Signal): Promise<CallAnswer<'changePat'>> {
    return this.latchkey.call('changePat', { id, ...change }, options);
  }

  rotate(id: string, { graceSeconds = 0 }: { graceSeconds?: number } = {}, options?: CallOptions): Promise<CallAnswer<'rotatePat'>> {
    return this.latchkey.call('rotatePat', { id, graceSeconds }, options);
  }

  revoke(id: string, reason?: string, options?: Signal): Promise<CallAnswer<'revokePat'>> {
    return this.latchkey.call('revokePat', { id, ...(reason === undefined ? {} : { reason }) }, options);
  }

  revokeMany(which: CallInput<'revokePats'>, options?: Signal): Promise<CallAnswer<'revokePats'>> {
    return this.latchkey.call('revokePats', which, options);
  }

  /** Whether a token that you were shown is good; for what, if you say it. A no is an answer with a code. */
  verify(question: CallInput<'verifyPat'>, options?: Signal): Promise<CallAnswer<'verifyPat'>> {
    return this.latchkey.call('verifyPat', question, options);
  }

  usage(query: CallInput<'patUsage'> = {}, options?: Signal): Promise<CallAnswer<'patUsage'>> {
    return this.latchkey.call('patUsage', query, options);
  }
}
