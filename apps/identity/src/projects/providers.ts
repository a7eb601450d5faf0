import type { Provider, Type } from '@nestjs/common';
import { ActingInProject } from './acting-in-project.ts';
import { CreateFolder } from './create-folder.ts';
import { DeleteFolder } from './delete-folder.ts';
import { DeleteProject } from './delete-project.ts';
import { FolderEntity } from './folder.entity.ts';
import { ListFolders } from './list-folders.ts';
import { OpenProject } from './open-project.ts';
import { ProjectsController } from './projects.controller.ts';
import { RenameFolder } from './rename-folder.ts';
import { RenameProject } from './rename-project.ts';
import { ShowProject } from './show-project.ts';

export const projectsProviders: Provider[] = [
  ActingInProject,
  CreateFolder,
  DeleteFolder,
  DeleteProject,
  ListFolders,
  OpenProject,
  RenameFolder,
  RenameProject,
  ShowProject,
];
export const projectsControllers: Type[] = [ProjectsController];
export const projectsEntities: Type[] = [FolderEntity];
