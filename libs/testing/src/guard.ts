import { spawn } from 'node:child_process';

const script = `
cat > /dev/null
if [ -n "$1" ]; then
  kill -CONT "$1" 2> /dev/null
  kill -"$2" "$1" 2> /dev/null
  i=0
  while kill -0 "$1" 2> /dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
  kill -KILL "$1" 2> /dev/null
fi
rm -rf -- "$3" || { sleep 1; rm -rf -- "$3"; }
`;

/**
 * Ends a server when this process ends, however that comes: a shell waits for the end of a pipe that only we hold open. (Handlers of
 * `process` do not run for a killed process, and inside Jest not at all.)
 * @param pid  undefined where only the directory is left
 * @param directory  removed afterwards
 * @returns the dismissal, for when the server has been stopped in order
 */
export function guard(pid: number | undefined, signal: 'KILL' | 'QUIT', directory: string): () => void {
  // In a session of its own, so that the Ctrl-C meant for the test run does not end it before its work.
  const shell = spawn('/bin/sh', ['-c', script, 'guard', String(pid ?? ''), signal, directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return () => {
    if (shell.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    try {
      // The whole group: the shell waits in a child.
      process.kill(-shell.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
}
