import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** A component of the library whose styles `src/component-styles.ts` leaves out would look like nothing at all; the build refuses that. */
export function completeStyles(folder: string): Plugin {
  return {
    name: 'complete-styles',
    generateBundle(_options, bundle) {
      const outputs = Object.values(bundle);
      const script = outputs.flatMap((output) => (output.type === 'chunk' ? [output.code] : [])).join('\n');
      const style = outputs.flatMap((output) => (output.type === 'asset' && output.fileName.endsWith('.css') ? [String(output.source)] : [])).join('\n');
      const missing = readdirSync(folder).filter((name) => name.endsWith('.css') && !name.endsWith('.layer.css')).filter((name) => {
        // As the library calls its classes: by a hash of its own.
        const classes = readFileSync(join(folder, name), 'utf8').match(/\bm_[0-9a-f]+/g) ?? [];
        return classes.some((one) => script.includes(one)) && !classes.some((one) => style.includes(one));
      });
      if (missing.length > 0) this.error(`component-styles.ts misses ${missing.join(', ')}`);
    },
  };
}
