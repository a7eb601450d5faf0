import { z } from 'zod';

export const taskSchema = z.object({
  id: z.number().int(),
  title: z.string(),
  done: z.boolean(),
  createdAt: z.iso.datetime(),
});

export const taskIdSchema = z.object({ id: z.number().int().positive().describe('Number of the task, as list_tasks shows it') });
