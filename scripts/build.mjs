// `npm run build`: compiles and bundles what has changed, of everything or of the folders that are named.
import { build } from './setup/build.mjs';
import { main } from './setup/main.mjs';

main(() => build(process.execPath, ...process.argv.slice(2)));
