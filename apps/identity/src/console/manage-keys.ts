import { Injectable } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { UserEntity } from '../accounts/user.entity.ts';
import { FindRole } from '../organizations/find-role.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { ListServers } from '../servers/list-servers.ts';
import { keyFormSchema, toMint } from './key-form.ts';
import { KeysApi } from './keys-api.ts';
import { newKeyPage } from './new-key-page.ts';

/** What the console's forms do with the keys of who is signed in. */
@Injectable()
export class ManageKeys {
  constructor(
    private readonly api: KeysApi,
    private readonly findRole: FindRole,
    private readonly listServers: ListServers,
  ) {}

  /** @throws Problem `invalid_request`, or what the management API refuses with */
  async mint(user: UserEntity, form: unknown): Promise<PageAnswer> {
    const fields = parse(keyFormSchema, form);
    const key = await this.api.mint({ userId: user.id, org: fields.org }, toMint(fields));
    const membership = await this.findRole.inOrg(user.id, fields.org);
    const servers = membership === null || fields.purpose === 'manage' ? [] : (await this.listServers.visibleTo(membership, { limit: 1 })).items;
    return { status: 200, page: newKeyPage(key, servers[0] ?? null) };
  }

  async revoke(user: UserEntity, org: string, id: string): Promise<PageAnswer> {
    await this.api.revoke({ userId: user.id, org }, id);
    return { redirect: `/console?org=${encodeURIComponent(org)}#keys` };
  }
}
