// Makes the secrets of a deployment that is given none: one folder per service that may hold them, one file per secret, made once.
// Usage: node scripts/generate-secrets.mjs <folder> [uid]      the files belong to that uid and are readable by it alone
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, uid] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Usage: node scripts/generate-secrets.mjs <folder> [uid]\n');
  process.exit(2);
}

function giveAway(path, mode) {
  chmodSync(path, mode);
  if (uid !== undefined) chownSync(path, Number(uid), Number(uid));
}

/** @returns the secret, fresh or from an earlier run */
function keep(service, name, make) {
  const directory = join(folder, service);
  const file = join(directory, name);
  mkdirSync(directory, { recursive: true });
  giveAway(directory, 0o700);
  const fresh = !existsSync(file);
  if (fresh) writeFileSync(file, make(), { mode: 0o600, flag: 'wx' });
  giveAway(file, 0o400);
  return { value: readFileSync(file, 'utf8'), fresh };
}

const random32 = () => randomBytes(32).toString('base64');
const es256 = () => JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));

const database = keep('database', 'password', () => randomBytes(24).toString('base64url'));
keep('database', 'url', () => `postgres://postgres:${database.value}@postgres:5432/postgres`);
keep('identity', 'master-key', random32);
// A key of its own: who holds one of the two services has not the other's secrets.
keep('keys', 'master-key', random32);
keep('gateway', 'signing-key.json', es256);
keep('gateway', 'session-sealing-key', random32);
const admin = keep('identity', 'admin-password', () => randomBytes(12).toString('base64url'));
if (admin.fresh) process.stdout.write(`First administrator: admin@latchkey.local, password ${admin.value} (shown this once)\n`);
