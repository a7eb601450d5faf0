import type { Project } from '@latchkey/contracts';
import { Button } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useOrg } from '../../api/me.tsx';
import { useAsk } from '../../api/use-api.ts';
import { Header } from '../../parts/header.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { Folders } from '../folders/folders.tsx';

/** One project, and what it is divided into. */
export function Component() {
  const { project: slug = '' } = useParams();
  const { org, role, projects } = useOrg();
  const project = useAsk<Project>(`/v1/projects/${slug}`);
  const may = role !== 'member' || projects[slug] === 'admin';
  if (project.error !== null) return <><Header title={slug} /><ProblemNote error={project.error} /></>;
  if (project.data === undefined) return <><Header title={slug} /><Waiting rows={3} height={56} /></>;
  return (
    <>
      <Header title={project.data.name} about={`Project ${slug}. Folders divide its servers: a key can be granted one folder and reach no other.`}>
        <Button variant="default" component={Link} to={`/orgs/${org}/members?project=${slug}`}>Who may work in it</Button>
      </Header>
      <Folders project={slug} mayChange={may} />
    </>
  );
}
