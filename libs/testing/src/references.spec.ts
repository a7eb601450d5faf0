import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

const folders = ['apps', 'libs'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)).filter((folder) => existsSync(join(root, folder, 'tsconfig.json'))));
const config = (folder: string) => JSON.parse(read(folder, 'tsconfig.json')) as { references?: { path: string }[]; compilerOptions?: { noEmit?: boolean } };
// A bundle is made of sources: it waits for no output of others, and none waits for its.
const compiled = folders.filter((folder) => config(folder).compilerOptions?.noEmit !== true);
const folderOf = new Map(folders.map((folder) => [(JSON.parse(read(folder, 'package.json')) as { name: string }).name, folder]));

function importedBy(folder: string): Set<string> {
  const files = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  return new Set(files.flatMap((file) => [...read(folder, 'src', file).matchAll(/ from '(@latchkey\/[a-z-]+)/g)].map(([, name]) => name!)));
}

describe('project references', () => {
  // Without one, a first build may reach a project before what it imports is there; later builds find the old output and say nothing.
  it.each(compiled)('%s refers to all that it imports', (folder) => {
    const { references = [] } = config(folder);
    const referred = references.map(({ path }) => normalize(join(folder, path)));
    const imported = [...importedBy(folder)].map((name) => folderOf.get(name)).filter((other) => other !== undefined && other !== folder);
    expect(imported.filter((other) => !referred.includes(other!))).toEqual([]);
  });
});
