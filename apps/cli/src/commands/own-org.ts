import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { ask, refusalOf } from '../http.ts';

/** The organization that the credential was given for. @throws Failure `usage` where it has none */
export async function ownOrg(context: Context): Promise<string> {
  const { token } = await context.credential();
  const answer = await ask(context.world, `${context.gateway}/authz/credential`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw refusalOf(answer);
  const org = answer.headers.get('x-tenant-id');
  if (org === null) throw new Failure('usage', 'Your credential belongs to no organization.', 'Name one: --org <slug>');
  return org;
}
