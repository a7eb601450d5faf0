import { scopeDescriptions, type Scope } from '@latchkey/contracts/scope-words';
import { Checkbox, Fieldset, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

const all = Object.keys(scopeDescriptions) as Scope[];
const isOfServers = (scope: Scope): boolean => /^(?:mcp|workflow):/.test(scope);
const groups = [['MCP servers', all.filter(isOfServers)], ['Latchkey itself', all.filter((scope) => !isOfServers(scope))]] as const;

interface ScopeChecksProps {
  label: string;
  description?: string;
  value?: Scope[];
  onChange?: (next: Scope[]) => void;
  error?: ReactNode;
}

/** Scopes to choose from, each in words. */
export const ScopeChecks = ({ label, description, value = [], onChange, error }: ScopeChecksProps) => (
  <Checkbox.Group label={label} description={description} error={error} value={value} onChange={(next) => onChange?.(next as Scope[])}>
    <Stack gap="sm" mt="xs">
      {groups.map(([legend, scopes]) => <Fieldset key={legend} legend={legend} p="sm"><Stack gap={6}>{scopes.map((scope) => <Checkbox key={scope} value={scope} label={scopeDescriptions[scope]} description={scope} />)}</Stack></Fieldset>)}
    </Stack>
  </Checkbox.Group>
);
