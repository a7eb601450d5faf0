import { Button, Container, Stack, Title } from '@mantine/core';
import { useRouteError } from 'react-router';
import { ProblemNote } from '../parts/problem-note.tsx';

/** A screen that failed; the menu around it still works. */
export function Broken() {
  return (
    <Container size="sm" py="xl">
      <Stack align="flex-start">
        <Title order={1} size="h2">This did not work</Title>
        <ProblemNote error={useRouteError()} />
        <Button onClick={() => location.reload()}>Try again</Button>
      </Stack>
    </Container>
  );
}
