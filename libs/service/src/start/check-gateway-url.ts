import { askPeer } from './ask-peer.ts';

export interface GatewayUrlCheck {
  /** As this service has it in LATCHKEY_GATEWAY_URL */
  gatewayUrl: string;
  /** Where the gateway is reached from here */
  at: string;
  nowMs?: () => number;
}

/** Whether the gateway, if it is up, signs as the one that this service believes. @returns problems, each with its cure */
export async function checkGatewayUrl({ gatewayUrl, at, nowMs }: GatewayUrlCheck): Promise<string[]> {
  const answer = await askPeer({ name: 'the gateway', url: `${at.replace(/\/+$/, '')}/.well-known/oauth-protected-resource/v1` }, nowMs);
  const said = answer?.document['resource'];
  // Whatever else answers there is not the gateway.
  if (answer === null || said === undefined) return [];
  const problems = said === `${gatewayUrl}/v1` ? [] : [`LATCHKEY_GATEWAY_URL: is ${JSON.stringify(gatewayUrl)} here, and the gateway's API calls itself ${JSON.stringify(said)?.slice(0, 200) ?? 'nothing'}: what it signs would be refused. Set the same LATCHKEY_GATEWAY_URL for all services, byte for byte.`];
  return answer.skew === null ? problems : [...problems, answer.skew];
}
