import type { ServerRecord } from '@latchkey/contracts';

/** What stands for every name beyond the caps. */
export const otherName = 'other';

export interface CallNamesCaps {
  servers: number;
  /** Of one server, however many it has */
  tools: number;
  /** Of those, names that the registry does not know: anybody who may call may make them up. */
  unknownTools: number;
}

const usual: CallNamesCaps = { servers: 200, tools: 100, unknownTools: 20 };

/** What looks like a name, and not like something that was put in its place by mistake: our tokens and secrets have longer forms, or these beginnings. */
const namelike = /^(?!lk_|whsec_|ey[JK])[A-Za-z][A-Za-z0-9_./-]{0,47}$/;

/**
 * Names of servers and tools that may be seen in metrics and traces. Servers are registered, but there may be any number of them; names of
 * tools are chosen by callers. The first ones that come are kept, those beyond a cap are `other`, so that no flood makes a series.
 */
export class CallNames {
  private readonly known = new Map<string, { tools: Map<string, string>; unknown: number }>();

  constructor(private readonly caps: CallNamesCaps = usual) {}

  server(slug: string): string {
    return this.entry(slug) === undefined ? otherName : slug;
  }

  /** Hot path: two lookups. */
  tool(server: ServerRecord, name: string): string {
    const entry = this.entry(server.slug);
    if (entry === undefined) return otherName;
    const seen = entry.tools.get(name);
    if (seen !== undefined) return seen;
    if (entry.tools.size >= this.caps.tools) return otherName;
    const registered = isRegistered(server, name);
    if (!registered && (entry.unknown >= this.caps.unknownTools || !namelike.test(name))) return otherName;
    if (!registered) entry.unknown += 1;
    entry.tools.set(name, name);
    return name;
  }

  private entry(slug: string): { tools: Map<string, string>; unknown: number } | undefined {
    const known = this.known.get(slug);
    if (known !== undefined || this.known.size >= this.caps.servers) return known;
    const entry = { tools: new Map<string, string>(), unknown: 0 };
    this.known.set(slug, entry);
    return entry;
  }
}

/** Whether the server itself, or who looks after it, has told of the tool. */
const isRegistered = ({ tools, settings }: ServerRecord, name: string): boolean =>
  (tools !== undefined && Object.hasOwn(tools, name)) || (settings?.restrictions?.annotations !== undefined && Object.hasOwn(settings.restrictions.annotations, name));
