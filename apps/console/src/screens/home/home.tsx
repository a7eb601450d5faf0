import type { FreshnessShown, ListedAuditEvent, Pat, Server } from '@latchkey/contracts';
import { Stack } from '@mantine/core';
import { useMe, useOrg } from '../../api/me.tsx';
import { useAsk, type Page } from '../../api/use-api.ts';
import { Header } from '../../parts/header.tsx';
import { FeedAge } from './feed-age.tsx';
import { Figure } from './figure.tsx';
import { NextSteps } from './next-steps.tsx';

const everyMs = 10_000;
const dayMs = 86_400_000;
const sum = (items: readonly { calls: number }[]): number => items.reduce((total, { calls }) => total + calls, 0);

export function Component() {
  const { org, name } = useOrg();
  const { user } = useMe();
  const today = new Date().toISOString().slice(0, 10);
  // The hour, so that the question stays the same for a while.
  const since = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - dayMs).toISOString();
  const servers = useAsk<Page<Server>>('/v1/servers', { query: { limit: 100 }, everyMs });
  const keys = useAsk<Page<Pat>>('/v1/pats', { query: { owner: user.id, limit: 100 }, everyMs });
  const calls = useAsk<Page<{ calls: number }>>('/v1/pats/usage', { query: { by: 'day', from: today, to: today }, everyMs });
  const refusals = useAsk<Page<ListedAuditEvent>>('/v1/audit', { query: { outcome: 'refused', from: since, limit: 100 }, everyMs });
  const freshness = useAsk<FreshnessShown>('/v1/freshness', { everyMs: 5_000 });
  const live = keys.data?.items.filter(({ status }) => status === 'active' || status === 'expiring');
  const used = keys.data === undefined ? undefined : keys.data.items.some(({ lastUsedAt }) => lastUsedAt !== null);
  const down = servers.data?.items.filter(({ health }) => health.state === 'down' || health.state === 'degraded').length;
  const base = `/orgs/${org}`;
  return (
    <>
      <Header title={name} about="Who may call which tool, and what became of it." />
      <Stack gap="xl">
        <div className="figures">
          <Figure label="Key calls today" value={calls.data === undefined ? undefined : sum(calls.data.items)} error={calls.error} to={`${base}/keys`} />
          <Figure label="Refusals in 24 hours" value={refusals.data === undefined ? undefined : refusals.data.nextCursor === null ? refusals.data.items.length : '100+'} error={refusals.error} to={`${base}/audit?outcome=refused`} />
          <FeedAge freshness={freshness.data} error={freshness.error} to={`${base}/explain`} />
          <Figure label="Servers" value={servers.data?.items.length} note={down === undefined ? undefined : down === 0 ? 'none in trouble' : `${down} in trouble`} alarming={down !== undefined && down > 0} error={servers.error} to={`${base}/servers`} />
          <Figure label="Your live keys" value={live?.length} error={keys.error} to={`${base}/keys`} />
        </div>
        <NextSteps servers={servers.data?.items} keys={live} used={used} />
      </Stack>
    </>
  );
}
