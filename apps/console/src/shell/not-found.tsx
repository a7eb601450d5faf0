import { Text } from '@mantine/core';
import { Link } from 'react-router';
import { useOrg } from '../api/me.tsx';
import { Header } from '../parts/header.tsx';

export function NotFound() {
  const { org } = useOrg();
  return (
    <>
      <Header title="Nothing here" />
      <Text>There is no such page. <Link to={`/orgs/${org}`}>Back to the start</Link></Text>
    </>
  );
}
