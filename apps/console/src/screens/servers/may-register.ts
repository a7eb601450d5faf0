import { useOrg } from '../../api/me.tsx';

/** Administrators of the organization, or of any project of it. */
export function useMayRegister(): boolean {
  const { role, projects } = useOrg();
  return role !== 'member' || Object.values(projects).includes('admin');
}
