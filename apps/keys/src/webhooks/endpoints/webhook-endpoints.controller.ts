import {
  createWebhookEndpointSchema,
  listWebhookDeliveriesQuerySchema,
  listWebhookEndpointsQuerySchema,
  rotateWebhookSecretSchema,
  updateWebhookEndpointSchema,
  type DeletedWebhook,
  type IdentityAssertionClaims,
  type WebhookDelivery,
  type WebhookDeliveryDetail,
  type WebhookEndpoint,
  type WebhookEndpointWithSecret,
} from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import type { Page } from '../../paging/page.ts';
import { ListWebhookDeliveries } from '../deliveries/list-deliveries.ts';
import { ReplayWebhookDelivery } from '../deliveries/replay-delivery.ts';
import { ShowWebhookDelivery } from '../deliveries/show-delivery.ts';
import { ChangeWebhookEndpoint } from './change-endpoint.ts';
import { CreateWebhookEndpointOperation } from './create-endpoint.ts';
import { DeleteWebhookEndpoint } from './delete-endpoint.ts';
import { ListWebhookEndpoints } from './list-endpoints.ts';
import { PingWebhookEndpoint } from './ping-endpoint.ts';
import { RetireEndpointSecret } from './retire-secret.ts';
import { RotateEndpointSecret } from './rotate-secret.ts';
import { ShowWebhookEndpoint } from './show-endpoint.ts';

@Controller('v1/webhooks/endpoints')
@UseGuards(CallerGuard)
export class WebhookEndpointsController {
  constructor(
    private readonly createEndpoint: CreateWebhookEndpointOperation,
    private readonly listEndpoints: ListWebhookEndpoints,
    private readonly showEndpoint: ShowWebhookEndpoint,
    private readonly changeEndpoint: ChangeWebhookEndpoint,
    private readonly deleteEndpoint: DeleteWebhookEndpoint,
    private readonly rotateSecret: RotateEndpointSecret,
    private readonly retireSecret: RetireEndpointSecret,
    private readonly pingEndpoint: PingWebhookEndpoint,
    private readonly listDeliveries: ListWebhookDeliveries,
    private readonly showDelivery: ShowWebhookDelivery,
    private readonly replayDelivery: ReplayWebhookDelivery,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  create(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<WebhookEndpointWithSecret> {
    return this.createEndpoint.run(caller, parse(createWebhookEndpointSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<WebhookEndpoint>> {
    return this.listEndpoints.run(caller, parse(listWebhookEndpointsQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<WebhookEndpoint> {
    return this.showEndpoint.run(caller, id);
  }

  @Patch(':id')
  @Header('cache-control', 'no-store')
  change(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<WebhookEndpoint> {
    return this.changeEndpoint.run(caller, id, parse(updateWebhookEndpointSchema, body));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  delete(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<DeletedWebhook> {
    return this.deleteEndpoint.run(caller, id);
  }

  @Post([':id/rotate-secret', ':id/rotate'])
  @Header('cache-control', 'no-store')
  rotate(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<WebhookEndpointWithSecret> {
    return this.rotateSecret.run(caller, id, parse(rotateWebhookSecretSchema, body ?? {}));
  }

  @Delete(':id/secrets/:secret')
  @Header('cache-control', 'no-store')
  retire(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('secret') secret: string): Promise<WebhookEndpoint> {
    return this.retireSecret.run(caller, id, secret);
  }

  @Post(':id/ping')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  ping(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<WebhookDelivery> {
    return this.pingEndpoint.run(caller, id);
  }

  @Get(':id/deliveries')
  @Header('cache-control', 'no-store')
  deliveries(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Query() query: unknown): Promise<Page<WebhookDelivery>> {
    return this.listDeliveries.run(caller, id, parse(listWebhookDeliveriesQuerySchema, query));
  }

  @Get(':id/deliveries/:delivery')
  @Header('cache-control', 'no-store')
  delivery(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('delivery') delivery: string): Promise<WebhookDeliveryDetail> {
    return this.showDelivery.run(caller, id, delivery);
  }

  @Post(':id/deliveries/:delivery/replay')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  replay(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('delivery') delivery: string): Promise<WebhookDelivery> {
    return this.replayDelivery.run(caller, id, delivery);
  }
}
