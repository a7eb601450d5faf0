import { spawn } from 'node:child_process';

const script = `
cat > /dev/null
kill -CONT "$1" 2> /dev/null
kill -"$2" "$1" 2> /dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2> /dev/null || break; sleep 0.2; done
[ -z "$3" ] || rm -rf -- "$3"
`;

/**
 * Ends a server when this process ends, however that comes: a shell waits for the end of a pipe that only we hold open. (Handlers of
 * `process` do not run for a killed process, and inside Jest not at all.)
 * @param directory  removed afterwards; '' for none
 * @returns the dismissal, for when the server has been stopped in order
 */
export function guard(pid: number, signal: 'KILL' | 'QUIT', directory: string): () => void {
  // In a session of its own, so that the Ctrl-C meant for the test run does not end it before its work.
  const shell = spawn('/bin/sh', ['-c', script, 'guard', String(pid), signal, directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
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
