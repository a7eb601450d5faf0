import { verify } from 'node:crypto';
import { githubAlertsSchema, type GithubLabel } from '@latchkey/contracts';
import { parse, Problem } from '@latchkey/problem';
import { Injectable } from '@nestjs/common';
import { EndLeaked } from './end-leaked.ts';
import { GithubKeys } from './github-keys.ts';

export interface SignedReport {
  keyId: string | undefined;
  /** base64 of an ECDSA signature in DER */
  signature: string | undefined;
  /** The bytes that were signed */
  raw: Buffer | undefined;
}

/**
 * A report by GitHub's secret scanning. It is signed, and so it is told which tokens are of ours; told again, it ends nothing that has not
 * ended already.
 */
@Injectable()
export class ReportGithub {
  constructor(
    private readonly keys: GithubKeys,
    private readonly endLeaked: EndLeaked,
  ) {}

  /** @throws Problem `signature_invalid`, one answer for whatever is wrong with it; `upstream_unavailable` */
  async run({ keyId, signature, raw }: SignedReport): Promise<GithubLabel[]> {
    if (keyId === undefined || keyId.length > 256 || signature === undefined || signature.length > 512 || raw === undefined) throw new Problem('signature_invalid');
    const key = await this.keys.find(keyId);
    if (key?.asymmetricKeyType !== 'ec' || !verify('sha256', raw, key, Buffer.from(signature, 'base64'))) throw new Problem('signature_invalid');
    const alerts = parse(githubAlertsSchema, JSON.parse(raw.toString('utf8')));
    const ours = await this.endLeaked.run(alerts.map(({ token }) => token), 'github');
    return alerts.map(({ token, type }) => ({ token_raw: token, token_type: type, label: ours.has(token) ? 'true_positive' : 'false_positive' }));
  }
}
