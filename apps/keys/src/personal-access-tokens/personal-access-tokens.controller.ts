import {
  listPatsQuerySchema,
  mintPatSchema,
  type IdentityAssertionClaims,
  type MintedPat,
  type Pat,
  type RevokedPat,
} from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { Body, Controller, Delete, Get, Header, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ListPats, type PatPage } from './list/list.ts';
import { MintPatOperation } from './mint/mint.ts';
import { RevokePat } from './revoke/revoke.ts';
import { ShowPat } from './show/show.ts';

@Controller('v1/pats')
@UseGuards(CallerGuard)
export class PersonalAccessTokensController {
  constructor(
    private readonly mintPat: MintPatOperation,
    private readonly listPats: ListPats,
    private readonly showPat: ShowPat,
    private readonly revokePat: RevokePat,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  mint(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<MintedPat> {
    return this.mintPat.run(caller, parse(mintPatSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<PatPage> {
    return this.listPats.run(caller, parse(listPatsQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<Pat> {
    return this.showPat.run(caller, id);
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  revoke(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<RevokedPat> {
    return this.revokePat.run(caller, id);
  }
}
