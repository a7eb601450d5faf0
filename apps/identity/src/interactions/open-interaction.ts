import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type Provider } from 'oidc-provider';
import type { DeviceInfo } from '../device/device-flow.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { clientFacts, deviceFacts, type ClientFacts } from './client-facts.ts';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** The interaction is over, belongs to another browser, or never was; a page says so. */
export class InteractionGone extends Error {}

/** An authorization request that waits for its user. */
@Injectable()
export class OpenInteraction {
  constructor(private readonly engine: OidcEngine) {}

  /**
   * Which interaction a browser is in is said by its cookie alone; the id in the path has to agree.
   * @throws InteractionGone
   */
  async find(request: FastifyRequest, reply: FastifyReply, uid: string): Promise<Interaction> {
    try {
      const interaction = await this.engine.provider.interactionDetails(request.raw, reply.raw);
      if (interaction.uid === uid) return interaction;
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
    }
    throw new InteractionGone();
  }

  /** @throws InteractionGone when the client was removed meanwhile, or the redirect is no longer one of its own */
  async client(interaction: Interaction): Promise<ClientFacts & { isWeb: boolean }> {
    const { client_id: id, redirect_uri: redirectUri } = interaction.params;
    const client = typeof id === 'string' ? await this.engine.provider.Client.find(id) : undefined;
    if (client === undefined) throw new InteractionGone();
    if (interaction.deviceCode !== undefined) return { ...deviceFacts(client, await this.deviceAddress(interaction.deviceCode)), isWeb: false };
    if (typeof redirectUri !== 'string') throw new InteractionGone();
    // The page names where the answer goes, so it is matched here as it was at the authorization endpoint (AS-31).
    if (!client.redirectUriAllowed(redirectUri)) throw new InteractionGone();
    return { ...clientFacts(client, redirectUri), isWeb: client.applicationType === 'web' };
  }

  private async deviceAddress(deviceCode: string): Promise<string | null> {
    const code = await this.engine.provider.DeviceCode.find(deviceCode);
    if (code === undefined) throw new InteractionGone();
    return (code.deviceInfo as unknown as DeviceInfo).address;
  }

  /** How and when the user of an interaction signed in. @throws InteractionGone when their session has ended */
  async signIn({ session }: Interaction): Promise<SignInFacts> {
    const found = session?.uid === undefined ? undefined : await this.engine.provider.Session.findByUid(session.uid);
    if (found?.loginTs === undefined || found.accountId !== session?.accountId) throw new InteractionGone();
    return { amr: found.amr ?? [], signedInAt: new Date(found.loginTs * 1000) };
  }

  /** Stores the outcome. @returns where the browser goes on */
  finish(request: FastifyRequest, reply: FastifyReply, result: InteractionOutcome, merge: boolean): Promise<string> {
    return this.engine.provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: merge });
  }
}

export type InteractionOutcome =
  | { login: { accountId: string; remember: boolean; amr: string[]; ts?: number }; org?: string }
  | { consent: { grantId: string } }
  | { error: 'access_denied'; error_description: string };
