import { Button, Center } from '@mantine/core';

/** The way to the next page of a list of `useAskPages`. */
export const More = ({ list }: { list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } }) =>
  list.hasNextPage ? <Center mt="md"><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Show more</Button></Center> : null;
