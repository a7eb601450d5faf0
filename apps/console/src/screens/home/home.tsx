import type { FreshnessShown, ListedAuditEvent, Pat, Server } from '@latchkey/contracts';
import { homeQuestions } from '@latchkey/contracts/console-questions';
import { Stack } from '@mantine/core';
import { useMe, useOrg } from '../../api/me.tsx';
import { useAsk, type Page } from '../../api/use-api.ts';
import { Header } from '../../parts/header.tsx';
import { useLacksRole } from '../../parts/list-problem.tsx';
import { together } from '../keys/live-keys.ts';
import { isInTrouble } from '../servers/in-trouble.ts';
import { FeedAge } from './feed-age.tsx';
import { Figure } from './figure.tsx';
import { NextSteps } from './next-steps.tsx';

const everyMs = 10_000;
const sum = (items: readonly { calls: number }[]): number => items.reduce((total, { calls }) => total + calls, 0);

/** With a plus where there are more than are asked for. */
const counted = ({ items, nextCursor }: Page<unknown>): number | string => (nextCursor === null ? items.length : `${items.length}+`);

export function Component() {
  const { org, name, role } = useOrg();
  const { user } = useMe();
  const questions = homeQuestions({ org, role, user: user.id, nowMs: Date.now() });
  const servers = useAsk<Page<Server>>(questions.servers, { everyMs });
  const keys = useAsk<Page<Pat>>(questions.keys, { everyMs });
  const ending = useAsk<Page<Pat>>(questions.ending, { everyMs });
  const calls = useAsk<Page<{ calls: number }>>(questions.calls, { everyMs });
  const refusals = useAsk<Page<ListedAuditEvent>>(questions.refusals, { everyMs });
  const freshness = useAsk<FreshnessShown>(questions.freshness, { everyMs: 5_000 });
  const live = together(ending.data, keys.data);
  const used = live?.items.some(({ lastUsedAt }) => lastUsedAt !== null);
  const down = servers.data?.items.filter(isInTrouble).length;
  const lacksRole = useLacksRole(servers.error);
  const base = `/orgs/${org}`;
  return (
    <>
      <Header title={name} about="Who may call which tool, and what became of it." />
      <Stack gap="xl">
        <div className="figures">
          <Figure label="Key calls today" value={calls.data === undefined ? undefined : sum(calls.data.items)} error={calls.error} to={`${base}/keys`} />
          <Figure label="Refusals in 24 hours" value={refusals.data && counted(refusals.data)} error={refusals.error} to={`${base}/audit?outcome=refused`} />
          <FeedAge freshness={freshness.data} error={freshness.error} to={`${base}/explain`} />
          <Figure label="Servers" value={servers.data && counted(servers.data)} note={down === undefined ? undefined : down === 0 ? 'none in trouble' : `${down} in trouble`} alarming={down !== undefined && down > 0} error={servers.error} refusal={lacksRole ? 'no role in a project yet' : undefined} to={`${base}/servers`} />
          <Figure label="Your live keys" value={live && counted(live)} error={keys.error ?? ending.error} to={`${base}/keys`} />
        </div>
        <NextSteps servers={servers.data?.items} keys={live?.items} used={used} error={servers.error ?? keys.error ?? ending.error} />
      </Stack>
    </>
  );
}
