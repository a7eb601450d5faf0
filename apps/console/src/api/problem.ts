import type { ProblemDocument } from '@latchkey/contracts';

/** A refusal of the API, in its own words. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly document: Partial<ProblemDocument>,
    readonly requestId: string | null,
  ) {
    super(document.detail ?? document.title ?? 'Latchkey did not understand its own answer.');
    this.name = 'ApiProblem';
  }

  get code(): string | undefined {
    return this.document.code;
  }
}

/** What is wrong with which field of a form, by the names that the API has for them. */
export function fieldProblems(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  return Object.fromEntries((error.document.issues ?? []).map(({ path, message }) => [path, message]));
}
