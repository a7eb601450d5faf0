import { z } from 'zod';

/** What the sign-in form sends. Its content is judged by whether it signs in, so that no rule about it tells an account from none. */
export const signInFormSchema = z.object({
  email: z.string().max(1000).default(''),
  password: z.string().max(10_000).default(''),
});
export type SignInForm = z.infer<typeof signInFormSchema>;

/** A form that asks for a password and nothing else. */
export const passwordFormSchema = signInFormSchema.pick({ password: true });
