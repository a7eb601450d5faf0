export { whoCalls } from './check-callers.ts';
export { withBuildKey } from './mint-for-a-build.ts';
export { rotateOldKeys } from './rotate-old-keys.ts';
