import { homeQuestions } from '@latchkey/contracts/console-questions';
import type { QueryClient } from '@tanstack/react-query';
import type { createBrowserRouter } from 'react-router';
import { meQuery } from './api/me.tsx';
import { question } from './api/use-api.ts';

/** Figures that come later than this come into a screen that is there already. */
const patienceMs = 250;

const after = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });

type Router = ReturnType<typeof createBrowserRouter>;

/** Until it is known who looks, and the code of the screen is there. */
const initialized = (router: Router) => new Promise<void>((resolve) => {
  if (router.state.initialized) return resolve();
  const stop = router.subscribe((state) => {
    if (!state.initialized) return;
    stop();
    resolve();
  });
});

/** Until the first screen can be drawn with all that it shows, or nearly so. The page brings the answers along: see answer-first.ts of identity. */
export async function readyToDraw(router: Router, client: QueryClient): Promise<void> {
  await initialized(router);
  const me = client.getQueryData<Awaited<ReturnType<typeof meQuery.queryFn>>>(meQuery.queryKey);
  const { org } = router.state.matches.at(-1)?.params ?? {};
  if (me === undefined || org === undefined || !router.state.matches.some(({ route }) => route.index === true)) return;
  const role = me.memberships.find((membership) => membership.org === org)?.role;
  if (role === undefined) return;
  const questions = Object.values(homeQuestions({ org, role, user: me.user.id, nowMs: Date.now() }));
  await Promise.race([Promise.all(questions.map((path) => client.prefetchQuery(question(org, path)))), after(patienceMs)]);
}
