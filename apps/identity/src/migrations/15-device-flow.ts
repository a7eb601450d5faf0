import type { MigrationInterface, QueryRunner } from 'typeorm';

const cliId = 'latchkey-cli';
const cli = {
  client_id: cliId,
  client_name: 'Latchkey command line',
  application_type: 'native',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'none',
};

/** Which clients may connect devices, and the one that every deployment has: our own command line. */
export class DeviceFlow1700000000015 implements MigrationInterface {
  name = 'DeviceFlow1700000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients ADD COLUMN device_flow boolean NOT NULL DEFAULT false');
    await runner.query("INSERT INTO clients (id, origin, metadata, device_flow) VALUES ($1, 'registered', $2, true) ON CONFLICT (id) DO UPDATE SET device_flow = true", [cliId, JSON.stringify(cli)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM clients WHERE id = $1', [cliId]);
    await runner.query('ALTER TABLE clients DROP COLUMN device_flow');
  }
}
