import type { Folder } from '@latchkey/contracts';
import { useChange } from '../../api/use-api.ts';
import { NamedForm } from '../../parts/named-form.tsx';

/** Makes a folder, or gives one another name; its short name stands in grants and is for ever. */
export function FolderForm({ project, folder, onClose }: { project: string; folder?: Folder; onClose: () => void }) {
  const base = `/v1/projects/${project}/folders`;
  const isNew = folder === undefined;
  const save = useChange<{ name: string; slug: string }, Folder>({ method: isNew ? 'POST' : 'PATCH', path: isNew ? base : `${base}/${folder.slug}`, body: ({ name, slug }) => (isNew ? { name, slug } : { name }) });
  return <NamedForm title={isNew ? 'Make a folder' : 'Rename the folder'} action={isNew ? 'Make it' : 'Rename'} save={save} onClose={onClose} {...(isNew ? {} : { name: folder.name })} />;
}
