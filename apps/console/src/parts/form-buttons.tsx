import { Button, Group } from '@mantine/core';

/** The end of every form in a dialog. */
export const FormButtons = ({ action, busy, onCancel }: { action: string; busy: boolean; onCancel: () => void }) => (
  <Group justify="flex-end"><Button variant="default" onClick={onCancel}>Cancel</Button><Button type="submit" loading={busy}>{action}</Button></Group>
);
