import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

/** As high as what will stand there, so that nothing jumps. */
export const Waiting = ({ rows = 4, height = 44 }: { rows?: number; height?: number }) => (
  <Stack gap="sm" aria-busy="true">
    <VisuallyHidden>Loading</VisuallyHidden>
    {Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={height} />)}
  </Stack>
);
