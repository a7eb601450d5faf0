import type { Pat, Server } from '@latchkey/contracts';
import { Button, Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { IconCheck } from '../../icons.ts';
import { Foreign } from '../../parts/foreign.tsx';
import { ListProblem } from '../../parts/list-problem.tsx';
import { SetUp } from '../../parts/set-up-tabs.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { firstToUse } from '../servers/in-trouble.ts';

interface StepProps {
  number: number;
  done: boolean;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

const Step = ({ number, done, title, children, action }: StepProps) => (
  <Card withBorder component="li" p="md">
    <Group wrap="nowrap" align="flex-start">
      <ThemeIcon variant={done ? 'filled' : 'light'} color={done ? 'green' : 'brand'} radius="xl" role="img" aria-label={done ? 'Done' : `Step ${number}`}>{done ? <IconCheck size={16} /> : <Text fw={700} size="sm">{number}</Text>}</ThemeIcon>
      <Stack gap={6} flex={1} miw={0}>
        <Title order={3} size="h5">{title}</Title>
        <Text size="sm" c="dimmed" component="div">{children}</Text>
        {action !== undefined && <Group mt={4}>{action}</Group>}
      </Stack>
    </Group>
  </Card>
);

interface NextStepsProps {
  servers: readonly Server[] | undefined;
  keys: readonly Pat[] | undefined;
  used: boolean | undefined;
  /** Why servers or keys are not there */
  error: unknown;
}

/** What to do first, and then; what is done stays to be seen. */
export function NextSteps({ servers, keys, used, error }: NextStepsProps) {
  const { org, role } = useOrg();
  const base = `/orgs/${org}`;
  const server = firstToUse(servers);
  return (
    <Stack component="section" gap="sm" aria-labelledby="next">
      <Title order={2} size="h4" id="next">What to do next</Title>
      {servers === undefined || keys === undefined ? (error === null ? <Waiting rows={3} height={92} /> : <ListProblem error={error} />) : (
        <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
          <Step number={1} done={server !== undefined} title="Register an MCP server" action={<Button component={Link} to={server === undefined && role !== 'member' ? `${base}/servers?new=1` : `${base}/servers`} variant={server === undefined ? 'filled' : 'default'}>{server === undefined && role !== 'member' ? 'Register a server' : 'See the servers'}</Button>}>
            Latchkey stands in front of it: the server itself needs no login, no key table and no revocation.
          </Step>
          <Step number={2} done={used === true} title="Connect a client">
            {server === undefined ? 'Once there is a server, the lines to paste stand here.' : <><Text size="sm" mb="xs">Paste this to use <Foreign>{server.name}</Foreign>; the client opens a browser, and you sign in.</Text><SetUp name={server.slug} url={server.resource} /></>}
          </Step>
          <Step number={3} done={keys.length > 0} title="Make a key for what runs without you" action={<Button component={Link} to={`${base}/keys?new=1`} variant={keys.length === 0 && server !== undefined ? 'filled' : 'default'}>Create a key</Button>}>
            For builds, servers and scripts. It may do what you allow it, until a day that you choose.
          </Step>
        </Stack>
      )}
    </Stack>
  );
}
