import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import type { ConsentView, OrganizationChoice, ProjectChoice } from './consent-view.ts';

/** As many as a person could look through. */
const shown = 100;

/** Puts the projects beside each organization that the user has a part in, where a program could act in more than one. */
@Injectable()
export class OfferProjects {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async run<View extends ConsentView>(view: View): Promise<View> {
    // A server is in one project, and a sign-in in none.
    if (view.resource === null || view.resource.server !== null) return view;
    const organizations: OrganizationChoice[] = [];
    for (const choice of view.organizations) organizations.push(choice.scopes.length === 0 ? choice : { ...choice, projects: await this.visible(choice) });
    return { ...view, organizations };
  }

  /** Who rules an organization sees all of it; everybody else the projects where they are something. */
  private visible({ slug, membership }: OrganizationChoice): Promise<ProjectChoice[]> {
    const own = membership.role === 'member' ? Object.keys(membership.projects) : null;
    return this.unitOfWork.run((manager) =>
      manager.query<ProjectChoice[]>(
        'SELECT slug, name FROM projects WHERE org = $1 AND deleted_at IS NULL AND ($2::text[] IS NULL OR slug = ANY($2)) ORDER BY slug LIMIT $3',
        [slug, own, shown],
      ),
    );
  }
}
