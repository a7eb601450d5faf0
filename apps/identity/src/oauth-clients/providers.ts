import type { Provider, Type } from '@nestjs/common';
import { ActingRegistrant } from './acting-registrant.ts';
import { CheckMetadata } from './check-metadata.ts';
import { ClientResources } from './client-resources.ts';
import { DeleteOauthClient } from './delete-oauth-client.ts';
import { ListOauthClients } from './list-oauth-clients.ts';
import { OauthClientsController } from './oauth-clients.controller.ts';
import { RegisterOauthClient } from './register-oauth-client.ts';
import { RotateClientSecret } from './rotate-client-secret.ts';
import { UpdateOauthClient } from './update-oauth-client.ts';
import { VisibleOauthClient } from './visible-oauth-client.ts';

export const oauthClientsProviders: Provider[] = [
  ActingRegistrant,
  CheckMetadata,
  ClientResources,
  DeleteOauthClient,
  ListOauthClients,
  RegisterOauthClient,
  RotateClientSecret,
  UpdateOauthClient,
  VisibleOauthClient,
];
export const oauthClientsControllers: Type[] = [OauthClientsController];
