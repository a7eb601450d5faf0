import { dictionary } from '@zxcvbn-ts/language-common';

let known: ReadonlySet<string> | undefined;

/** Passwords that are tried first, in lower case; from a package, with no call to anybody. Made on first use: it holds some 50,000 words. */
export const commonPasswords = (): ReadonlySet<string> => (known ??= new Set(dictionary['passwords-common'].map((word) => word.toLowerCase())));
