import {
  changePatSchema,
  idempotencyKeySchema,
  listPatsQuerySchema,
  mintPatSchema,
  requestHeaders,
  revokePatSchema,
  revokePatsSchema,
  rotatePatSchema,
  usageQuerySchema,
  verifyPatSchema,
  type ChangedPat,
  type IdentityAssertionClaims,
  type MintedPat,
  type Pat,
  type RevokedPat,
  type RevokedPats,
  type UsagePage,
  type VerifiedPat,
} from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { Body, Controller, Delete, Get, Header, Headers, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { ChangePatOperation } from './change/change.ts';
import type { Page } from '../paging/page.ts';
import { ListPats } from './list/list.ts';
import { MintPatOperation } from './mint/mint.ts';
import { RevokePatsOperation } from './revoke-many/revoke-many.ts';
import { RevokePat } from './revoke/revoke.ts';
import { RotatePatOperation } from './rotate/rotate.ts';
import { VerifyPatOperation } from './verify/verify.ts';
import { ShowUsage } from '../usage/show-usage.ts';
import { ShowPat } from './show/show.ts';

/** The caller's own name for a request. */
const nameIn = (header: unknown): string | undefined =>
  header === undefined ? undefined : parse(idempotencyKeySchema, { [requestHeaders.idempotencyKey]: header })[requestHeaders.idempotencyKey];

@Controller('v1/pats')
@UseGuards(CallerGuard)
export class PersonalAccessTokensController {
  constructor(
    private readonly mintPat: MintPatOperation,
    private readonly listPats: ListPats,
    private readonly showPat: ShowPat,
    private readonly changePat: ChangePatOperation,
    private readonly rotatePat: RotatePatOperation,
    private readonly revokePat: RevokePat,
    private readonly revokePats: RevokePatsOperation,
    private readonly verifyPat: VerifyPatOperation,
    private readonly showUsage: ShowUsage,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  mint(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown, @Headers(requestHeaders.idempotencyKey) key: unknown): Promise<MintedPat> {
    return this.mintPat.run(caller, parse(mintPatSchema, body), nameIn(key));
  }

  @Post('revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  revokeMany(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<RevokedPats> {
    return this.revokePats.run(caller, parse(revokePatsSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Pat>> {
    return this.listPats.run(caller, parse(listPatsQuerySchema, query));
  }

  @Post('verify')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  verify(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<VerifiedPat> {
    return this.verifyPat.run(caller, parse(verifyPatSchema, body));
  }

  @Get('usage')
  @Header('cache-control', 'no-store')
  usage(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<UsagePage> {
    return this.showUsage.run(caller, parse(usageQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<Pat> {
    return this.showPat.run(caller, id);
  }

  @Patch(':id')
  @Header('cache-control', 'no-store')
  change(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<ChangedPat> {
    return this.changePat.run(caller, id, parse(changePatSchema, body));
  }

  @Post(':id/rotate')
  @Header('cache-control', 'no-store')
  rotate(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown, @Headers(requestHeaders.idempotencyKey) key: unknown): Promise<MintedPat> {
    return this.rotatePat.run(caller, id, parse(rotatePatSchema, body ?? {}), nameIn(key));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  revoke(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<RevokedPat> {
    return this.revokePat.run(caller, id, parse(revokePatSchema, body ?? {}).reason);
  }
}
