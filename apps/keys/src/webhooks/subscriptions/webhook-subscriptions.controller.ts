import {
  createWebhookSubscriptionSchema,
  listHookDeliveriesQuerySchema,
  listWebhookSubscriptionsQuerySchema,
  rotateSubscriptionSecretSchema,
  updateWebhookSubscriptionSchema,
  type DeletedWebhook,
  type HookDelivery,
  type HookDeliveryDetail,
  type IdentityAssertionClaims,
  type WebhookSubscription,
  type WebhookSubscriptionWithSecret,
} from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import type { Page } from '../../paging/page.ts';
import { ListHookDeliveries } from '../received/list-hook-deliveries.ts';
import { RedeliverHook } from '../received/redeliver-hook.ts';
import { ShowHookDelivery } from '../received/show-hook-delivery.ts';
import { ChangeWebhookSubscription } from './change-subscription.ts';
import { CreateWebhookSubscriptionOperation } from './create-subscription.ts';
import { DeleteWebhookSubscription } from './delete-subscription.ts';
import { ListWebhookSubscriptions } from './list-subscriptions.ts';
import { RetireSubscriptionSecret } from './retire-subscription-secret.ts';
import { RotateSubscriptionSecretOperation } from './rotate-subscription-secret.ts';
import { ShowWebhookSubscription } from './show-subscription.ts';

@Controller('v1/webhooks/subscriptions')
@UseGuards(CallerGuard)
export class WebhookSubscriptionsController {
  constructor(
    private readonly createSubscription: CreateWebhookSubscriptionOperation,
    private readonly listSubscriptions: ListWebhookSubscriptions,
    private readonly showSubscription: ShowWebhookSubscription,
    private readonly changeSubscription: ChangeWebhookSubscription,
    private readonly deleteSubscription: DeleteWebhookSubscription,
    private readonly rotateSecret: RotateSubscriptionSecretOperation,
    private readonly retireSecret: RetireSubscriptionSecret,
    private readonly listDeliveries: ListHookDeliveries,
    private readonly showDelivery: ShowHookDelivery,
    private readonly redeliverHook: RedeliverHook,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  create(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<WebhookSubscriptionWithSecret> {
    return this.createSubscription.run(caller, parse(createWebhookSubscriptionSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<WebhookSubscription>> {
    return this.listSubscriptions.run(caller, parse(listWebhookSubscriptionsQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<WebhookSubscription> {
    return this.showSubscription.run(caller, id);
  }

  @Patch(':id')
  @Header('cache-control', 'no-store')
  change(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<WebhookSubscription> {
    return this.changeSubscription.run(caller, id, parse(updateWebhookSubscriptionSchema, body));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  delete(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<DeletedWebhook> {
    return this.deleteSubscription.run(caller, id);
  }

  @Post(':id/rotate-secret')
  @Header('cache-control', 'no-store')
  rotate(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<WebhookSubscriptionWithSecret> {
    return this.rotateSecret.run(caller, id, parse(rotateSubscriptionSecretSchema, body ?? {}));
  }

  @Delete(':id/secrets/:secret')
  @Header('cache-control', 'no-store')
  retire(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('secret') secret: string): Promise<WebhookSubscription> {
    return this.retireSecret.run(caller, id, secret);
  }

  @Get(':id/deliveries')
  @Header('cache-control', 'no-store')
  deliveries(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Query() query: unknown): Promise<Page<HookDelivery>> {
    return this.listDeliveries.run(caller, id, parse(listHookDeliveriesQuerySchema, query));
  }

  @Get(':id/deliveries/:delivery')
  @Header('cache-control', 'no-store')
  delivery(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('delivery') delivery: string): Promise<HookDeliveryDetail> {
    return this.showDelivery.run(caller, id, delivery);
  }

  @Post(':id/deliveries/:delivery/redeliver')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  redeliver(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('delivery') delivery: string): Promise<HookDelivery> {
    return this.redeliverHook.run(caller, id, delivery);
  }
}
