import type { ServerProbe } from '@latchkey/contracts';
import { Alert, List, Text } from '@mantine/core';
import { Foreign } from '../../parts/foreign.tsx';

/** What the gateway found when it last looked. */
export function ProbeReport({ probe }: { probe: ServerProbe | null }) {
  if (probe === null) return <Alert color="gray" variant="light">No gateway has looked at this server yet.</Alert>;
  const { outcome, serverInfo, tools, protocolVersions, problems, durationMs } = probe;
  const colour = outcome === 'ok' ? 'green' : outcome === 'failed' ? 'red' : 'yellow';
  const title = { ok: 'It answers', auth_required: 'It is there, and wants a credential', failed: 'It does not work yet', unknown: 'No gateway could look' }[outcome];
  return (
    <Alert color={colour} variant="light" title={title} role="status">
      {serverInfo !== null && <Text size="sm"><Foreign>{serverInfo.name}</Foreign> <Foreign>{serverInfo.version}</Foreign>, in {Math.round(durationMs)} ms{protocolVersions.length > 0 && `, MCP ${protocolVersions.join(', ')}`}.</Text>}
      {tools !== null && <Text size="sm">{tools.length} {tools.length === 1 ? 'tool' : 'tools'}.</Text>}
      {outcome === 'auth_required' && <Text size="sm">Store the credential as a connection, and look again.</Text>}
      {problems.length > 0 && <List size="sm">{problems.map(({ code, detail }) => <List.Item key={code + detail}><Foreign max={400}>{detail}</Foreign></List.Item>)}</List>}
    </Alert>
  );
}
