import { scopeDescriptions, type Scope } from '@latchkey/contracts/scope-words';
import { Alert, Checkbox, Collapse, Fieldset, Input, List, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { presetOf, presets, scopeGroups, sentences, type Preset } from './scope-words.ts';

interface ScopePickerProps {
  value?: Scope[];
  onChange?: (scopes: Scope[]) => void;
  error?: ReactNode;
}

/** What a key may do, chosen by purpose or scope by scope, and always said in words. */
export function ScopePicker({ value = [], onChange, error }: ScopePickerProps) {
  const [custom, setCustom] = useState(presetOf(value) === null);
  const choose = (next: string) => {
    setCustom(next === 'custom');
    if (next !== 'custom') onChange?.([...presets[next as Preset].scopes]);
  };
  const words = sentences(value);
  return (
    <Input.Wrapper label="What it may do" error={error} labelElement="div">
      <Stack gap="sm" mt={4}>
        <SegmentedControl aria-label="What it may do" fullWidth orientation="horizontal" value={custom ? 'custom' : (presetOf(value) ?? 'custom')} onChange={choose} data={[...Object.entries(presets).map(([name, { label }]) => ({ value: name, label })), { value: 'custom', label: 'Choose' }]} />
        <Collapse expanded={custom}>
          <Checkbox.Group value={value} onChange={(next) => onChange?.(next as Scope[])} aria-label="Scopes">
            <Stack gap="sm">
              {scopeGroups.map(({ label, scopes }) => (
                <Fieldset key={label} legend={label} p="sm"><Stack gap={6}>{scopes.map((scope) => <Checkbox key={scope} value={scope} label={scopeDescriptions[scope]} description={scope} />)}</Stack></Fieldset>
              ))}
            </Stack>
          </Checkbox.Group>
        </Collapse>
        <Alert color="brand" variant="light" p="sm" role="status">
          {words.length === 0 ? <Text size="sm">It may do nothing yet.</Text> : <><Text size="sm" fw={600}>Whoever holds this key may:</Text><List size="sm">{words.map((sentence) => <List.Item key={sentence}>{sentence}</List.Item>)}</List></>}
        </Alert>
      </Stack>
    </Input.Wrapper>
  );
}
