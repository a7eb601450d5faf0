import type { Membership } from '@latchkey/access';
import type { Principal } from '../credentials/principal.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import type { Signed } from './assertion-signer.ts';

interface Kept {
  upstream: Upstream;
  membership: Membership | null;
  project: string;
  signed: Signed;
}

/**
 * The last assertion of each caller, found without putting together again what it says: as long as caller, membership, project and upstream are
 * the very same, so is that. Records are replaced, never changed.
 */
export class KeptAssertions {
  private readonly kept = new WeakMap<Principal, Kept>();

  constructor(private readonly nowSeconds: () => number) {}

  /** @returns null where another has to be signed */
  find(principal: Principal, upstream: Upstream, membership: Membership | null, project: string): string | null {
    const known = this.kept.get(principal);
    if (known?.upstream !== upstream || known.membership !== membership || known.project !== project) return null;
    return known.signed.text === null || known.signed.freshUntilSeconds <= this.nowSeconds() ? null : known.signed.text;
  }

  keep(principal: Principal, upstream: Upstream, membership: Membership | null, project: string, signed: Signed): void {
    this.kept.set(principal, { upstream, membership, project, signed });
  }
}
