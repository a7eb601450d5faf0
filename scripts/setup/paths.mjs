import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const inModules = (...parts) => join(repository, 'node_modules', ...parts);
