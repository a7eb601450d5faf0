import { Center, Loader } from '@mantine/core';

export const Loading = () => <Center h="100vh"><Loader aria-label="Loading" /></Center>;
