import type { Provider, Type } from '@nestjs/common';
import { MailEntity } from './mail.entity.ts';
import { QueueMail } from './queue-mail.ts';

export const mailProviders: Provider[] = [QueueMail];
export const mailControllers: Type[] = [];
export const mailEntities: Type[] = [MailEntity];
