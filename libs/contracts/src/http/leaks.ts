import { z } from 'zod';

/** Body of `POST /v1/leaks`, which asks for no login: whoever finds a token may have it ended. */
export const reportLeaksSchema = z.strictObject({ tokens: z.array(z.string().max(512)).min(1).max(1000) });
export type ReportLeaks = z.infer<typeof reportLeaksSchema>;

/** The same for every report: it tells nobody which tokens there are. */
export const reportedLeaksSchema = z.object({ received: z.number().int() });
export type ReportedLeaks = z.infer<typeof reportedLeaksSchema>;

/** What GitHub's secret scanning sends to a partner: https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program */
export const githubAlertsSchema = z.array(z.looseObject({ token: z.string().max(512), type: z.string().max(128), url: z.string().max(2048).nullish() })).min(1).max(1000);
export const githubLabelSchema = z.object({ token_raw: z.string(), token_type: z.string(), label: z.enum(['true_positive', 'false_positive']) });
export type GithubLabel = z.infer<typeof githubLabelSchema>;
export const githubLabelsSchema = z.array(githubLabelSchema);
