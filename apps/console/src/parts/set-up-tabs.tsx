import { Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { setUp } from '../words/set-up.ts';
import { CodeBlock } from './code-block.tsx';
import { useListWhenOpened } from './list-when-opened.ts';

/** How to connect each client to a server. */
export function SetUp({ name, url, secret }: { name: string; url: string; secret?: string }) {
  const ways = setUp(name, url, secret);
  const [client, setClient] = useState(ways[0]?.client ?? '');
  const list = useListWhenOpened();
  const way = ways.find((candidate) => candidate.client === client);
  return (
    <Stack gap="xs">
      <Select {...list} label="Client" data={ways.map((candidate) => candidate.client)} value={client} allowDeselect={false} onChange={(next) => setClient(next ?? client)} maw={260} />
      {way !== undefined && <><Text size="sm" c="dimmed">{way.where}</Text><CodeBlock label={`Copy the set-up for ${way.client}`}>{way.lines}</CodeBlock></>}
    </Stack>
  );
}
