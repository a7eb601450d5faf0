import { githubAlertsSchema, githubLabelsSchema, reportedLeaksSchema, reportLeaksSchema } from '../../http/leaks.ts';
import { defineOperations } from '../operation.ts';

export const leakOperations = defineOperations({
  reportLeaks: {
    method: 'post', path: '/v1/leaks', scope: null,
    summary: 'Report leaked tokens', description: 'No login; 60 reports an hour and address. What is ours is revoked, and its owner told. The answer is the same for every report.',
    body: reportLeaksSchema, repeatable: true, status: 202, answer: reportedLeaksSchema, examples: { body: { tokens: ['lk_pat_Ab3dEf9h_…'] }, answer: { received: 1 } },
  },
  reportGithubLeaks: {
    method: 'post', path: '/v1/leaks/github', scope: null,
    summary: 'Report leaked tokens as GitHub does', description: 'The partner format of secret scanning, with `Github-Public-Key-Identifier` and `Github-Public-Key-Signature` over the raw body.',
    body: githubAlertsSchema, status: 200, answer: githubLabelsSchema, refusals: ['signature_invalid'],
  },
});
