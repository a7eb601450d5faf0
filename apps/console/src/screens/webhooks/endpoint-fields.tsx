import { MultiSelect, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { eventWords } from './words.ts';

export interface EndpointForm {
  url: string;
  events: string[];
  description: string;
}

export const validateEndpoint = {
  url: (url: string) => (/^https?:\/\//.test(url.trim()) ? null : 'An address that begins with https://'),
  events: (events: string[]) => (events.length === 0 ? 'Choose at least one.' : null),
};

export const EndpointFields = <T extends EndpointForm>({ form }: { form: UseFormReturnType<T> }) => (
  <>
    <TextInput label="Address" description="Where messages are posted to: https, and reachable from here" type="url" data-autofocus autoComplete="off" maxLength={2048} required {...form.getInputProps('url')} />
    <MultiSelect label="Told of" required data={Object.entries(eventWords).map(([value, label]) => ({ value, label }))} {...form.getInputProps('events')} />
    <TextInput label="Note" description="For whoever finds it here later" autoComplete="off" maxLength={200} {...form.getInputProps('description')} />
  </>
);
