import { Refusal } from './say.mjs';

/** Runs the body of a command; its number is the exit code. */
export function main(body) {
  body().then(
    (code) => process.exit(code ?? 0),
    (error) => {
      process.stderr.write(`\n${error instanceof Refusal ? error.message : error.stack}\n`);
      process.exit(1);
    },
  );
}
