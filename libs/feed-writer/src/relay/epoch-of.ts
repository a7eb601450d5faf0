/** What gateways take for the epoch: a stream, and which of its lives. A gateway that sees another one builds its replica anew. */
export function epochOf({ epoch, generation }: { epoch: string; generation: number }): string {
  return `${epoch}#${generation}`;
}
