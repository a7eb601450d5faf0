import { readFileSync } from 'node:fs';

/** Parent and start time of a process; undefined when it is gone or the system has no /proc. */
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), parent: Number(fields[1]), started: fields[19] };
  } catch {
    return undefined;
  }
}

/**
 * Calls back once when npm, which runs scripts through a shell, is gone. npm hands a SIGTERM to that shell only, which dies of it
 * without telling us, and a killed npm tells nobody. Started without npm, nobody is watched: a service may outlive its shell.
 */
export function whenNpmIsGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const shell = look(parent);
  const npm = shell !== undefined && /^(sh|dash|bash|ash|zsh)$/.test(shell.name) ? look(shell.parent) : undefined;
  const timer = setInterval(() => {
    const alive = process.ppid === parent && (npm === undefined || look(npm.pid)?.started === npm.started);
    if (alive) return;
    clearInterval(timer);
    callback();
  }, 250);
  timer.unref();
}
