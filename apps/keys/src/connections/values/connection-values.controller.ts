import { connectionValueAskSchema, type ConnectionValueAnswer } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { GatewayGuard } from '@latchkey/service';
import { Body, Controller, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { GiveValue } from './give-value.ts';

/** For gateways in their own name: no caller's word opens this. */
@Controller('internal')
@UseGuards(GatewayGuard)
export class ConnectionValuesController {
  constructor(private readonly giveValue: GiveValue) {}

  @Post('connection-value')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  value(@Body() body: unknown): Promise<ConnectionValueAnswer> {
    return this.giveValue.run(parse(connectionValueAskSchema, body));
  }
}
