import { Alert, Code, Text } from '@mantine/core';
import { ApiProblem } from '../api/problem.ts';
import { IconAlertTriangle } from '../icons.ts';

/** What went wrong, in words, with what whoever runs Latchkey finds it by. */
export function ProblemNote({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const problem = error instanceof ApiProblem ? error : null;
  const words = problem?.message ?? 'The console itself failed. Reload the page; if it happens again, tell whoever runs this Latchkey.';
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
      <Text size="sm" className="foreign">{words}</Text>
      {problem !== null && problem.requestId !== null && <Text size="xs" mt={4}>{problem.code !== undefined && <><Code>{problem.code}</Code> · </>}Request <Code>{problem.requestId}</Code></Text>}
    </Alert>
  );
}
