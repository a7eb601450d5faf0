import { changePolicySchema, policyQuerySchema, type ChangedPolicy, type IdentityAssertionClaims, type PolicyDocument } from '@latchkey/contracts';
import { Body, Controller, Get, Header, Patch, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ActingMember } from '../organizations/acting-member.ts';
import { ChangePolicy } from './change-policy.ts';
import { ShowPolicy } from './show-policy.ts';

@Controller('v1/policies')
@UseGuards(CallerGuard)
export class PoliciesController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly showPolicy: ShowPolicy,
    private readonly changePolicy: ChangePolicy,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<PolicyDocument> {
    return this.showPolicy.run(caller, parse(policyQuerySchema, query).org);
  }

  @Patch()
  @Header('cache-control', 'no-store')
  async change(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<ChangedPolicy> {
    const change = parse(changePolicySchema, body);
    return this.changePolicy.run(await this.actingMember.acting(caller, 'org:admin', change.org), change);
  }
}
