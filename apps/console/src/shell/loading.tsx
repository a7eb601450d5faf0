import { Center, Loader } from '@mantine/core';

/** A `span` may carry no name of its own; one whose role is `status` may, and is read out when it appears. */
export const Loading = () => <Center h="100vh"><Loader role="status" aria-label="Loading" /></Center>;
