import { metaKeys, modernVersions } from '../message/era.ts';
import type { Message } from '../message/message.ts';
import { RpcRefusal, rpcCodes } from '../message/rpc-refusal.ts';

/** A minute stale at most: nothing is allowed by it, and a server that was upgraded is asked again. */
const freshMs = 60_000;
const most = 20;

/** Which versions without sessions a server knows, as it last said to somebody who asked (`server/discover`). */
export class KnownVersions {
  private versions: readonly string[] = [];
  private untilMs = 0;

  heard(versions: readonly unknown[], nowMs = performance.now()): void {
    this.versions = versions.filter((version) => typeof version === 'string').slice(0, most);
    this.untilMs = nowMs + freshMs;
  }

  /**
   * GW-45. Where nobody has asked, and to whoever asks now, the server answers for itself.
   * @throws RpcRefusal 400 -32022 with the versions that both know
   */
  require(message: Message | undefined, nowMs = performance.now()): void {
    // Hot path: hardly ever is anything known that a request could be held to.
    if (this.versions.length === 0 || this.untilMs < nowMs) return;
    if (message?.kind !== 'request' || message.era !== 'modern' || message.method === 'server/discover') return;
    const requested = message.meta?.[metaKeys.protocolVersion];
    if (typeof requested !== 'string' || this.versions.includes(requested)) return;
    const supported = modernVersions.filter((version) => this.versions.includes(version));
    throw new RpcRefusal(400, rpcCodes.unsupportedVersion, 'Unsupported protocol version: the server behind does not know it', { supported, requested });
  }
}
