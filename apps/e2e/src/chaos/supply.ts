import type { Grant } from '../clients/obtain-token.ts';
import { attemptAt, AttemptError } from './attempt.ts';
import type { Fleet } from './fleet.ts';
import { Grants } from './grants.ts';
import { send } from './http.ts';
import type { Credential } from './observer.ts';
import type { Population } from './population.ts';
import type { Random } from './random.ts';
import type { Revocation } from './revoking.ts';
import { Tables } from './tables.ts';
import { WritersApi, type Owner } from './writers-api.ts';

export interface SupplyPlan {
  users: number;
  orgs: number;
  grants: number;
  /** Besides the first one of each grant */
  accessTokens: number;
}

/** The server that nearly everything is used for. */
const demo = 'demo';
const keysPerOwner = 3;
/** Of the revocations of keys, how many go the whole way of a user: through a gateway. */
const throughGateway = 0.2;

/** Makes credentials, and says how each of them is revoked. */
export class Supply {
  /** Not of keys: each of these is its own small story. */
  readonly others: Revocation[] = [];
  readonly #api: WritersApi;
  readonly #grants: Grants;
  readonly #tables: Tables;
  #admin: Owner = { user: '', org: '' };
  #management = '';
  readonly #spare: { credential: Credential; owner: Owner }[] = [];

  constructor(
    private readonly fleet: Fleet,
    private readonly population: Population,
    private readonly random: Random,
  ) {
    this.#api = new WritersApi(fleet);
    this.#grants = new Grants(fleet);
    this.#tables = new Tables(fleet);
  }

  get spareKeys(): number {
    return this.#spare.length;
  }

  async prepare(plan: SupplyPlan): Promise<void> {
    const { fleet } = this;
    this.#admin = { user: await this.#tables.adminId(), org: fleet.org };
    this.#management = (await this.#grants.management()).access;
    const server = await send(`${fleet.gatewayUrl}/v1/servers`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#management}` },
      body: JSON.stringify({ org: fleet.org, project: fleet.project, slug: demo, name: 'Demo', url: fleet.upstream.url }),
    });
    if (server.status !== 201) throw new Error(`Registering the server: ${server.status} ${JSON.stringify(server.body)}`);
    await Promise.all([this.#prepareOwners(plan), this.#prepareGrants(plan)]);
  }

  async mintKey(): Promise<void> {
    const credential = await this.#mint(this.#admin, demo);
    this.#spare.push({ credential, owner: this.#admin });
  }

  /**
   * @param remaining  how many are still wanted: the other stories are spread over them
   * @returns undefined when there is nothing left to revoke
   */
  next(remaining: number): Revocation | undefined {
    const other = this.random.next() < this.others.length / Math.max(1, remaining) ? this.others.shift() : undefined;
    return other ?? this.#nextKey() ?? this.others.shift();
  }

  nextKey(): Revocation | undefined {
    return this.#nextKey(false);
  }

  #nextKey(mayTakeGateway = true): Revocation | undefined {
    const spare = this.#spare.shift();
    if (spare === undefined) return undefined;
    const { credential, owner } = spare;
    if (!mayTakeGateway || this.random.next() >= throughGateway) {
      return { kind: 'key', victims: [credential], attempt: () => this.#api.revokeKey(owner, credential.id) };
    }
    return { kind: 'key through a gateway', victims: [credential], attempt: () => this.#revokeAtGateway(credential.id) };
  }

  async #revokeAtGateway(id: string): Promise<void> {
    const { status, body } = await attemptAt('gateway', () =>
      send(`${this.random.pick(this.fleet.gateways)}/v1/pats/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${this.#management}` } }),
    );
    if (status === 200) return;
    const code = String(body['code']);
    const isOurs = code === 'state_stale' || code === 'upstream_unavailable' || code === 'upstream_timeout';
    throw new AttemptError(isOurs ? 'gateway' : 'keys', `revoke through a gateway: ${status} ${code}`);
  }

  async #mint(owner: Owner, slug: string): Promise<Credential> {
    const { id, token } = await this.#api.mintKey(owner);
    const credential: Credential = { id, kind: 'pat', token, slug, bornAtMs: performance.now() };
    this.population.add(credential);
    return credential;
  }

  async #prepareOwners({ users, orgs }: SupplyPlan): Promise<void> {
    const keysOf = (owner: Owner, slug: string): Promise<Credential[]> => Promise.all(Array.from({ length: keysPerOwner }, () => this.#mint(owner, slug)));
    const ends: ((owner: Owner) => Pick<Revocation, 'kind' | 'attempt'>)[] = [
      (owner) => ({ kind: 'user', attempt: () => this.#tables.disableUser(owner) }),
      ({ user }) => ({ kind: 'membership', attempt: () => this.#api.removeMember(this.#admin, user) }),
      ({ user }) => ({ kind: 'all of a member', attempt: () => this.#api.revokeMember(this.#admin, user) }),
    ];
    for (let at = 0; at < users; at += 1) {
      const owner = await this.#tables.createUser(this.fleet.org, 'admin');
      const victims = await keysOf(owner, demo);
      for (const end of ends.slice(at % ends.length, (at % ends.length) + 1)) this.others.push({ victims, ...end(owner) });
    }
    for (let at = 0; at < orgs; at += 1) {
      const org = `chaos-${at}`;
      await this.#tables.createOrg(org);
      const owner = await this.#tables.createUser(org, 'owner');
      const victims = await keysOf(owner, org);
      this.others.push(
        at % 2 === 0
          ? { kind: 'organization', victims, attempt: () => this.#tables.disableOrg(org) }
          : { kind: 'all of an organization', victims, attempt: () => this.#api.revokeOrg(owner) },
      );
    }
  }

  async #prepareGrants({ grants, accessTokens }: SupplyPlan): Promise<void> {
    for (let at = 0; at < grants; at += 1) {
      let grant = await this.#grants.authorize(demo);
      const tokens = [this.#accessToken(grant, `${at}.0`)];
      for (let more = 1; more <= accessTokens; more += 1) {
        grant = await this.#grants.refresh(grant);
        const credential = this.#accessToken(grant, `${at}.${more}`);
        tokens.push(credential);
        if (more % 2 === 0) continue;
        this.others.push({ kind: 'access token', victims: [credential], attempt: () => this.#grants.revoke(grant.clientId, credential.token) });
      }
      const { clientId, refresh } = grant;
      this.others.push({ kind: 'grant', victims: tokens, attempt: () => this.#grants.revoke(clientId, refresh ?? '') });
    }
  }

  #accessToken(grant: Grant, id: string): Credential {
    const credential: Credential = { id, kind: 'access token', token: grant.access, slug: demo, bornAtMs: performance.now() };
    this.population.add(credential);
    return credential;
  }
}
