import type { ComponentType } from 'react';
import { IconHelpHexagon, IconHome, IconKey, IconListSearch, IconPlugConnected, IconServer2, type Icon } from './icons.ts';

export interface Screen {
  /** Below `/console/orgs/{org}/`; parameters as React Router writes them */
  path: string;
  /** What the menu calls it; without, it is reached from another screen */
  label?: string;
  icon?: Icon;
  group?: 'Use' | 'Watch' | 'Organization';
  /** Offered to owners and administrators only; what the API refuses it refuses anyway */
  admin?: true;
  /** Its own chunk, loaded when it is opened */
  load: () => Promise<{ Component: ComponentType }>;
}

/** Every screen of the console, in the order of the menu. To add one: docs/console.md. */
export const screens: readonly Screen[] = [
  { path: '', label: 'Home', icon: IconHome, group: 'Use', load: () => import('./screens/home/home.tsx') },
  { path: 'keys', label: 'API keys', icon: IconKey, group: 'Use', load: () => import('./screens/keys/keys.tsx') },
  { path: 'servers', label: 'MCP servers', icon: IconServer2, group: 'Use', load: () => import('./screens/servers/servers.tsx') },
  { path: 'servers/:slug', load: () => import('./screens/servers/server.tsx') },
  { path: 'connections', label: 'Connections', icon: IconPlugConnected, group: 'Use', load: () => import('./screens/connections/connections.tsx') },
  { path: 'explain', label: 'Explain', icon: IconHelpHexagon, group: 'Watch', load: () => import('./screens/explain/explain.tsx') },
  { path: 'audit', label: 'Audit log', icon: IconListSearch, group: 'Watch', load: () => import('./screens/audit/audit.tsx') },
];
