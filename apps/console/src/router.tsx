import type { QueryClient } from '@tanstack/react-query';
import { createBrowserRouter } from 'react-router';
import { meQuery } from './api/me.tsx';
import { screens } from './screens.tsx';
import { NotFound } from './shell/not-found.tsx';
import { Broken } from './shell/broken.tsx';
import { Loading } from './shell/loading.tsx';
import { OrgShell } from './shell/org-shell.tsx';
import { Start } from './shell/start.tsx';

/** Every address of the console: an organization, and a screen in it. */
export function makeRouter(client: QueryClient) {
  return createBrowserRouter(
    [
      {
        path: '/',
        loader: () => client.ensureQueryData(meQuery),
        HydrateFallback: Loading,
        ErrorBoundary: Broken,
        children: [
          { index: true, Component: Start },
          {
            path: 'orgs/:org',
            Component: OrgShell,
            children: [
              ...screens.map(({ path, load }) => ({ ...(path === '' ? { index: true as const } : { path }), lazy: load, ErrorBoundary: Broken })),
              { path: '*', Component: NotFound },
            ],
          },
        ],
      },
    ],
    { basename: '/console' },
  );
}
