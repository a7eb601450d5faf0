export { invariant } from './invariant.ts';
export { parse } from './parse.ts';
export { Problem, type ProblemOptions } from './problem.ts';
export { problemContentType, toProblemDocument } from './problem-document.ts';
