// Whether the service in this container is ready: exit code 0 or 1. An image without a shell has nothing else to ask with.
const { PORT } = process.env;
fetch(`http://127.0.0.1:${PORT}/readyz`, { signal: AbortSignal.timeout(4000) }).then(
  (answer) => process.exit(answer.ok ? 0 : 1),
  () => process.exit(1),
);
