import { Button, Center, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';

/** Once, when it is put into the page. */
const focus = (element: HTMLElement | null): void => element?.focus();

/** The way to the next page of a list of `useAskPages`. Whoever went on by keyboard is there still when there is no more to go on to. */
export function More({ list: { hasNextPage, isFetchingNextPage, fetchNextPage } }: { list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } }) {
  const pressed = useRef(false);
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    if (hasNextPage) setEnded(false);
    if (isFetchingNextPage || !pressed.current) return;
    pressed.current = false;
    // Whoever has gone elsewhere meanwhile is not called back: focus is nowhere only where the button that had it is gone.
    if (!hasNextPage && document.activeElement === document.body) setEnded(true);
  }, [hasNextPage, isFetchingNextPage]);
  if (!hasNextPage) return ended ? <Text ref={focus} tabIndex={-1} size="sm" c="dimmed" ta="center" mt="md">That is all.</Text> : null;
  const more = () => {
    if (isFetchingNextPage) return;
    pressed.current = true;
    void fetchNextPage();
  };
  // Disabled meanwhile, it would lose the focus.
  return <Center mt="md"><Button variant="default" aria-busy={isFetchingNextPage} onClick={more}>{isFetchingNextPage ? 'Loading …' : 'Show more'}</Button></Center>;
}
