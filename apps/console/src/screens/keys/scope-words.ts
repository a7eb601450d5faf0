import { scopeDescriptions, type Scope } from '@latchkey/contracts/scope-words';

const all = Object.keys(scopeDescriptions) as Scope[];

/** What a key is usually for. */
export const presets = {
  call: { label: 'Call tools', scopes: ['mcp:read', 'mcp:execute', 'workflow:read', 'workflow:run'] },
  read: { label: 'Only look', scopes: ['mcp:read', 'workflow:read'] },
  manage: { label: 'Manage Latchkey', scopes: ['keys:read', 'keys:write', 'servers:read', 'servers:write', 'org:read'] },
} as const satisfies Record<string, { label: string; scopes: readonly Scope[] }>;
export type Preset = keyof typeof presets;

export const presetOf = (chosen: readonly Scope[]): Preset | null =>
  (Object.keys(presets) as Preset[]).find((name) => presets[name].scopes.length === chosen.length && presets[name].scopes.every((scope) => chosen.includes(scope))) ?? null;

/** Groups of the picker. */
export const scopeGroups: readonly { label: string; scopes: Scope[] }[] = [
  { label: 'MCP servers', scopes: all.filter((scope) => scope.startsWith('mcp:') || scope.startsWith('workflow:')) },
  { label: 'Latchkey itself', scopes: all.filter((scope) => !scope.startsWith('mcp:') && !scope.startsWith('workflow:')) },
];

/** Writing includes reading of the same family. */
const implied: Partial<Record<Scope, Scope>> = { 'keys:read': 'keys:write', 'servers:read': 'servers:write', 'webhooks:read': 'webhooks:write', 'connections:read': 'connections:write' };

/** What a choice allows, sentence by sentence. */
export const sentences = (chosen: readonly Scope[]): string[] =>
  all.filter((scope) => chosen.includes(scope) && !(implied[scope] !== undefined && chosen.includes(implied[scope]))).map((scope) => scopeDescriptions[scope]);

/** The same in a line of a list. */
export function scopesInWords(chosen: readonly Scope[]): string {
  const preset = presetOf(chosen);
  return preset === null ? `${chosen.length} ${chosen.length === 1 ? 'scope' : 'scopes'}: ${chosen.join(', ')}` : presets[preset].label.toLowerCase();
}
