import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CreateUser } from '../accounts/create-user.ts';
import { AddMember } from '../organizations/add-member.ts';
import { CreateOrganization } from '../organizations/create-organization.ts';
import { CreateProject } from '../organizations/create-project.ts';
import { SeedAdmin, type FirstAdmin } from './seed-admin.ts';
import { SeedServer, type SeededServer } from './seed-server.ts';

/** What a first start puts in; every part may run again at each start. */
export interface Seed {
  /** Creates user, organization and project if no user exists. @returns whether it did */
  admin(input: FirstAdmin): Promise<boolean>;
  /** Registers a server, or moves the one of that slug to another URL. */
  server(input: SeededServer): Promise<void>;
}

export function seedOf(app: INestApplicationContext): Seed {
  const dataSource = app.get(DataSource);
  const admin = new SeedAdmin(dataSource, app.get(CreateUser), app.get(CreateOrganization), app.get(CreateProject), app.get(AddMember));
  const server = new SeedServer(dataSource);
  return { admin: (input) => admin.run(input), server: (input) => server.run(input) };
}
