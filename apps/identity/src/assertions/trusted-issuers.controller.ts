import {
  linkSubjectSchema,
  pageQuerySchema,
  registerTrustedIssuerSchema,
  withinOrgQuerySchema,
  type DistrustedIssuer,
  type IdentityAssertionClaims,
  type LinkedSubject,
  type TrustedIssuer,
} from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, Param, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { DistrustIssuer } from './distrust-issuer.ts';
import { FindTrustedIssuer } from './find-trusted-issuer.ts';
import { LinkSubject } from './link-subject.ts';
import { ListSubjects } from './list-subjects.ts';
import { ListTrustedIssuers } from './list-trusted-issuers.ts';
import { presentTrustedIssuer } from './present-trusted-issuer.ts';
import { TrustIssuer } from './trust-issuer.ts';
import { UnlinkSubject } from './unlink-subject.ts';

@Controller('v1/trusted-issuers')
@UseGuards(CallerGuard)
export class TrustedIssuersController {
  constructor(
    private readonly trustIssuer: TrustIssuer,
    private readonly listIssuers: ListTrustedIssuers,
    private readonly findIssuer: FindTrustedIssuer,
    private readonly distrustIssuer: DistrustIssuer,
    private readonly linkSubject: LinkSubject,
    private readonly listSubjects: ListSubjects,
    private readonly unlinkSubject: UnlinkSubject,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  trust(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<TrustedIssuer> {
    return this.trustIssuer.run(caller, parse(registerTrustedIssuerSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: TrustedIssuer[]; nextCursor: string | null }> {
    return this.listIssuers.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<TrustedIssuer> {
    return presentTrustedIssuer(await this.findIssuer.toRead(caller, id));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  distrust(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<DistrustedIssuer> {
    return this.distrustIssuer.run(caller, id);
  }

  @Post(':id/subjects')
  @Header('cache-control', 'no-store')
  link(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<LinkedSubject> {
    return this.linkSubject.run(caller, id, parse(linkSubjectSchema, body));
  }

  @Get(':id/subjects')
  @Header('cache-control', 'no-store')
  subjects(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Query() query: unknown): Promise<{ items: LinkedSubject[]; nextCursor: string | null }> {
    return this.listSubjects.run(caller, id, parse(pageQuerySchema, query));
  }

  @Delete(':id/subjects/:subject')
  @Header('cache-control', 'no-store')
  unlink(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('subject') subject: string): Promise<LinkedSubject> {
    return this.unlinkSubject.run(caller, id, subject);
  }
}
