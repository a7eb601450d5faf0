import type { Folder } from '@latchkey/contracts';
import type { FolderEntity } from './folder.entity.ts';

/** A folder as the API shows it. */
export const presentFolder = ({ project, slug, name, createdAt }: FolderEntity): Folder => ({ project, slug, name, createdAt: createdAt.toISOString() });
