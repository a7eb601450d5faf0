import type { Provider, Type } from '@nestjs/common';
import { DistrustClient } from './distrust-client.ts';
import { ListTrustedClients } from './list-trusted-clients.ts';
import { TrustClient } from './trust-client.ts';
import { TrustedClientsController } from './trusted-clients.controller.ts';

export const trustedClientsProviders: Provider[] = [DistrustClient, ListTrustedClients, TrustClient];
export const trustedClientsControllers: Type[] = [TrustedClientsController];
