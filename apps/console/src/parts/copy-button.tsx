import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '../icons.ts';

export const Copy = ({ value, label = 'Copy', compact = false, onCopied }: { value: string; label?: string; compact?: boolean; onCopied?: () => void }) => (
  <CopyButton value={value} timeout={2000}>
    {({ copied, copy }) => {
      const take = () => {
        copy();
        onCopied?.();
      };
      const icon = copied ? <IconCheck size={16} /> : <IconCopy size={16} />;
      return compact
        ? <Tooltip label={copied ? 'Copied' : label}><ActionIcon variant="subtle" color="gray" aria-label={label} onClick={take}>{icon}</ActionIcon></Tooltip>
        : <Button variant="default" leftSection={icon} onClick={take}>{copied ? 'Copied' : label}</Button>;
    }}
  </CopyButton>
);
