import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

export const ForeignOrg = () => (
  <Center component="main" mih="100vh" p="md">
    <Stack maw={440}>
      <Title order={1} size="h2">Not one of your organizations</Title>
      <Text>There is no organization of this name that you belong to. If you were sent a link, ask whoever sent it to invite you.</Text>
      <Button component={Link} to="/">To your own</Button>
    </Stack>
  </Center>
);
