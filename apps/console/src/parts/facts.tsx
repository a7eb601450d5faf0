import { Box, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is to be said of one thing, line by line. */
export const Facts = ({ of, children }: { of: string; children: ReactNode }) => <dl className="facts" aria-label={of}>{children}</dl>;

export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <Box><Text component="dt" size="sm" c="dimmed">{name}</Text><Text component="dd" size="sm" m={0} className="foreign">{children}</Text></Box>
);
