import type { ComponentType } from 'react';
import { Component as Home } from './screens/home/home.tsx';
import { IconApps, IconBuilding, IconChartBar, IconDeviceDesktop, IconFolder, IconHelpHexagon, IconHome, IconKey, IconListSearch, IconPlugConnected, IconServer2, IconShieldLock, IconUsers, IconWebhook, IconWorld, type Icon } from './icons.ts';

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
  { path: '', label: 'Home', icon: IconHome, group: 'Use', load: () => Promise.resolve({ Component: Home }) },
  { path: 'keys', label: 'API keys', icon: IconKey, group: 'Use', load: () => import('./screens/keys/keys.tsx') },
  { path: 'servers', label: 'MCP servers', icon: IconServer2, group: 'Use', load: () => import('./screens/servers/servers.tsx') },
  { path: 'servers/:slug', load: () => import('./screens/servers/server.tsx') },
  { path: 'connections', label: 'Connections', icon: IconWorld, group: 'Use', load: () => import('./screens/connections/connections.tsx') },
  { path: 'explain', label: 'Explain', icon: IconHelpHexagon, group: 'Watch', load: () => import('./screens/explain/explain.tsx') },
  { path: 'audit', label: 'Audit log', icon: IconListSearch, group: 'Watch', load: () => import('./screens/audit/audit.tsx') },
  { path: 'oauth-clients', label: 'OAuth clients', icon: IconApps, group: 'Use', load: () => import('./screens/oauth-clients/oauth-clients.tsx') },
  { path: 'oauth-clients/:id', load: () => import('./screens/oauth-clients/oauth-client.tsx') },
  { path: 'grants', label: 'Connected programs', icon: IconPlugConnected, group: 'Use', load: () => import('./screens/grants/grants.tsx') },
  { path: 'webhooks', label: 'Webhooks', icon: IconWebhook, group: 'Use', load: () => import('./screens/webhooks/webhooks.tsx') },
  { path: 'webhooks/in/:id', load: () => import('./screens/webhooks/subscription.tsx') },
  { path: 'webhooks/out/:id', load: () => import('./screens/webhooks/endpoint.tsx') },
  { path: 'members', label: 'Members', icon: IconUsers, group: 'Organization', load: () => import('./screens/members/members.tsx') },
  { path: 'projects', label: 'Projects', icon: IconFolder, group: 'Organization', load: () => import('./screens/projects/projects.tsx') },
  { path: 'projects/:project', load: () => import('./screens/projects/project.tsx') },
  { path: 'security', label: 'Security', icon: IconShieldLock, group: 'Organization', load: () => import('./screens/policies/policies.tsx') },
  { path: 'organization', label: 'Settings', icon: IconBuilding, group: 'Organization', load: () => import('./screens/organization/organization.tsx') },
  { path: 'sessions', label: 'Your sessions', icon: IconDeviceDesktop, group: 'Organization', load: () => import('./screens/sessions/sessions.tsx') },
  { path: 'usage', label: 'Usage', icon: IconChartBar, group: 'Watch', load: () => import('./screens/usage/usage.tsx') },
];
