import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { ApiProblem } from './api/problem.ts';
import './component-styles.ts';
import './console.css';
import { styleNonce } from './nonce.ts';
import { readyToDraw } from './ready.ts';
import { makeRouter } from './router.tsx';
import { theme } from './theme.ts';
import 'virtual:theme-variables.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one, however often it is asked.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
  },
});

/** Looked up when it is needed: scripts begin while the page still comes. */
function rootElement(): HTMLElement {
  const root = document.getElementById('root');
  if (root === null) throw new Error('no root');
  return root;
}

const router = makeRouter(client);
// Until then the page shows what it came with: drawing twice is what takes longest.
void readyToDraw(router, client).then(() => createRoot(rootElement()).render(
  <StrictMode>
    <MantineProvider theme={theme} withCssVariables={false} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
));
