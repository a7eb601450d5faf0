import type { ListedAuditEvent } from '@latchkey/contracts';
import { Anchor, Code, Group, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Status } from '../../parts/status.tsx';

export function EventRow({ event, nameOf }: { event: ListedAuditEvent; nameOf: (id: string) => string }) {
  const { org } = useOrg();
  const { at, action, actor, credential, target, outcome, code, requestId, address } = event;
  return (
    <Table.Tr>
      <Table.Td data-label="When"><Moment at={at} /></Table.Td>
      <Table.Td data-label="Action"><Code>{action}</Code></Table.Td>
      <Table.Td data-label="Who"><div><Text size="sm"><Foreign>{actor.id === null ? actor.kind : nameOf(actor.id)}</Foreign></Text><Text size="xs" c="dimmed">{credential === null ? '' : `${credential.kind} ${shown(credential.id, 24)} · `}{address ?? ''}</Text></div></Table.Td>
      <Table.Td data-label="What">{target !== null && <div><Text size="sm"><Foreign>{target.name ?? target.id}</Foreign></Text><Text size="xs" c="dimmed">{target.kind}</Text></div>}</Table.Td>
      <Table.Td data-label="Outcome"><Group gap={6}><Status>{outcome}</Status>{code !== null && <Code>{code}</Code>}</Group></Table.Td>
      <Table.Td>{requestId !== null && <Anchor component={Link} size="sm" to={`/orgs/${org}/explain?request=${encodeURIComponent(requestId)}`} aria-label={`Explain ${action}, request ${requestId}`}>Explain</Anchor>}</Table.Td>
    </Table.Tr>
  );
}
