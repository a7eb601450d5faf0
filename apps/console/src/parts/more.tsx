import { Button, Center, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';

/** The way to the next page of a list of `useAskPages`. Whoever went on by keyboard is there still when there is no more to go on to. */
export function More({ list: { hasNextPage, isFetchingNextPage, fetchNextPage } }: { list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } }) {
  const pressed = useRef(false);
  const end = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (!hasNextPage && pressed.current) end.current?.focus();
  }, [hasNextPage]);
  if (!hasNextPage) return pressed.current ? <Text ref={end} tabIndex={-1} size="sm" c="dimmed" ta="center" mt="md">That is all.</Text> : null;
  const more = () => {
    pressed.current = true;
    if (!isFetchingNextPage) void fetchNextPage();
  };
  // Disabled meanwhile, it would lose the focus.
  return <Center mt="md"><Button variant="default" aria-busy={isFetchingNextPage} onClick={more}>{isFetchingNextPage ? 'Loading …' : 'Show more'}</Button></Center>;
}
