import type { Explained, ExplainedEvent } from '@latchkey/contracts';
import { Alert, Card, Code, Group, List, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '../../icons.ts';
import { Foreign } from '../../parts/foreign.tsx';

type Decision = Explained['decision'];
type Rules = Explained['rules'];

const ruleNames: Readonly<Record<string, string>> = {
  tenant: 'Same organization', projects: 'Project of the server', membership: 'Role of the owner', server_roles: 'Roles that the server is for', reach: 'Anything left to use',
  server_tools: 'Tools that the server offers', tools: "The key's list of tools", grants: "The key's grants", method: 'A known method', role: 'What the role allows', scopes: 'Scopes of the credential',
};

const words = (decision: Decision): string =>
  decision.kind === 'allow' ? 'Allowed' : decision.kind === 'scope' ? `Refused: it lacks the scope ${decision.required.join(' or ')}` : `Refused (${decision.code}): answered as if the ${decision.what === 'name' ? 'tool' : decision.what} were not there`;

/** What was decided, and every rule for itself: the first that does not pass is the reason. */
export function DecisionShown({ decision, rules }: { decision: Decision; rules: Rules }) {
  const reason = rules.find(({ passed }) => !passed);
  return (
    <Stack gap="sm">
      <Alert color={decision.kind === 'allow' ? 'green' : 'red'} variant="light" title={words(decision)} role="status">{reason !== undefined && <Foreign max={400}>{reason.why}</Foreign>}</Alert>
      <List listStyleType="none" spacing="xs" aria-label="Rules" styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
        {rules.map((rule) => (
          <List.Item key={rule.rule}>
            <Card withBorder p="sm">
              <Group wrap="nowrap" align="flex-start">
                <ThemeIcon size="sm" radius="xl" role="img" color={rule.passed ? 'green' : 'red'} aria-label={rule.passed ? 'passes' : 'does not pass'}>{rule.passed ? <IconCheck size={12} /> : <IconAlertTriangle size={12} />}</ThemeIcon>
                <div><Text size="sm" fw={600}>{ruleNames[rule.rule] ?? rule.rule}{rule === reason && ' (this is why)'}</Text><Text size="sm" c="dimmed"><Foreign max={400}>{rule.why}</Foreign></Text></div>
              </Group>
            </Card>
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

/** What such a decision was made from. */
export const RestsOn = ({ restsOn }: { restsOn: NonNullable<ExplainedEvent['restsOn']> }) => (
  <Text size="xs" c="dimmed">Decided from: {Object.entries(restsOn).filter(([, value]) => value !== null).map(([name, value]) => <span key={name}>{name} <Code>{value}</Code> </span>)}</Text>
);
