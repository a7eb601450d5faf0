import { randomBytes } from 'node:crypto';
import { createContextKey, SamplingDecision, type Context } from '@opentelemetry/api';
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler, type Sampler } from '@opentelemetry/sdk-trace';

/** Set in the context of a span whose parent was named by somebody who may be anybody. */
export const ofStranger = createContextKey('latchkey: of a stranger');
/** Set where something is recorded because what it belongs to is. */
export const asLinked = createContextKey('latchkey: as what it is linked to');

type Shape = Parameters<Sampler['shouldSample']>;

/** By OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG; everything, or as the parent, when they say nothing that we know. */
export function samplerOf(source: Record<string, string | undefined>): Sampler {
  const name = source['OTEL_TRACES_SAMPLER']?.trim().toLowerCase() || 'parentbased_always_on';
  const argument = Number(source['OTEL_TRACES_SAMPLER_ARG']?.trim() || '1');
  const ratio = Number.isFinite(argument) ? argument : 1;
  const root = name.endsWith('always_off') ? new AlwaysOffSampler() : name.endsWith('traceidratio') ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
  return new GuardedSampler(root, name.startsWith('parentbased_') || !/^(?:always_on|always_off|traceidratio)$/.test(name));
}

/**
 * Whoever sends a request may choose the id of its trace and say that it is to be recorded. The id is taken over, so that their trace and
 * ours are one; whether we record is decided as if the trace began here, by a number that they cannot choose.
 */
class GuardedSampler implements Sampler {
  private readonly usual: Sampler;

  constructor(
    private readonly root: Sampler,
    parentBased: boolean,
  ) {
    this.usual = parentBased ? new ParentBasedSampler({ root }) : root;
  }

  shouldSample(context: Context, traceId: string, ...rest: Shape extends [unknown, unknown, ...infer Rest] ? Rest : never): ReturnType<Sampler['shouldSample']> {
    if (context.getValue(asLinked) === true) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    if (context.getValue(ofStranger) === true) return this.root.shouldSample(context, randomBytes(16).toString('hex'), ...rest);
    return this.usual.shouldSample(context, traceId, ...rest);
  }

  toString(): string {
    return `Guarded{${this.usual.toString()}}`;
  }
}
