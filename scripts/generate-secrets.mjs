// Makes the secrets of a deployment that is given none: one folder per service that may hold them, one file per secret, made once.
// Usage: node scripts/generate-secrets.mjs <folder> [uid] [prefix]
//   uid      the files belong to it and are readable by it alone; "-" leaves them to who calls
//   prefix   of the host names of Postgres, NATS and Redis, as in latchkey-postgres
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, uid = '-', prefix = ''] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Usage: node scripts/generate-secrets.mjs <folder> [uid] [prefix]\n');
  process.exit(2);
}

function giveAway(path, mode) {
  chmodSync(path, mode);
  if (uid !== '-') chownSync(path, Number(uid), Number(uid));
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

const password = () => randomBytes(24).toString('base64url');

keep('postgres', 'password', password);
const databaseUrl = (role, secret) => `postgres://latchkey_${role}:${secret}@${prefix}postgres:5432/latchkey`;
const redis = keep('redis', 'password', password).value;
for (const service of ['identity', 'keys', 'gateway']) {
  const nats = keep('nats', `${service}-password`, password).value;
  keep(service, 'nats-url', () => `nats://${service}:${nats}@${prefix}nats:4222`);
  keep(service, 'redis-url', () => `redis://:${redis}@${prefix}redis:6379`);
}
// For services of yours that call over NATS; nobody is given it until you do.
keep('nats', 'service-password', password);
// Of the database, a service holds its own role's password, and who migrates the owner's; the gateway holds none.
for (const service of ['identity', 'keys']) {
  const worker = keep('postgres', `${service}-password`, password).value;
  const owner = keep('postgres', `${service}-owner-password`, password).value;
  keep(service, 'database-url', () => databaseUrl(service, worker));
  keep(`${service}-migrations`, 'database-url', () => databaseUrl(`${service}_owner`, owner));
}
keep('identity', 'master-key', random32);
// A key of its own: who holds one of the two services has not the other's secrets.
keep('keys', 'master-key', random32);
keep('gateway', 'signing-key.json', es256);
keep('gateway', 'session-sealing-key', random32);
const admin = keep('identity', 'admin-password', () => randomBytes(12).toString('base64url'));
if (admin.fresh) process.stdout.write(`First administrator: admin@latchkey.local, password ${admin.value} (shown this once)\n`);
