import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { IconSearch } from '../icons.ts';

/** Looks for what is typed, once the typing pauses. */
export function Search({ label, value, onChange }: { label: string; value: string; onChange: (next: string) => void }) {
  const [text, setText] = useState(value);
  const look = useDebouncedCallback((next: string) => onChange(next.trim()), 250);
  return <TextInput type="search" aria-label={label} placeholder={label} leftSection={<IconSearch size={16} aria-hidden />} maxLength={100} value={text} onChange={(event) => { setText(event.currentTarget.value); look(event.currentTarget.value); }} />;
}
