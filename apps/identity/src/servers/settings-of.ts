import { serverSettingsSchema, type ServerSettings } from '@latchkey/contracts';
import type { ServerEntity } from './server.entity.ts';

/** The settings of a server with those filled in that were never set. */
export const settingsOf = ({ settings }: Pick<ServerEntity, 'settings'>): ServerSettings => serverSettingsSchema.parse(settings);
