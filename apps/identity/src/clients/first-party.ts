import { agentClientId } from '../exchange/agent-client.ts';

/** The client id of the console itself. */
export const consoleClientId = 'latchkey-console';
/** Of the command line; every deployment has it from its migrations on. */
export const cliClientId = 'latchkey-cli';

/**
 * Clients that are part of Latchkey. An organization's rules on clients are about the programs of others: these act for nobody but who uses
 * Latchkey itself, and to keep them out would take from members nothing but their own command line. Nobody else gets such an id: clients
 * that register get a generated one, and a document is known by its URL.
 */
const firstParty: ReadonlySet<string> = new Set([consoleClientId, cliClientId, agentClientId]);

export const isFirstParty = (id: string): boolean => firstParty.has(id);
