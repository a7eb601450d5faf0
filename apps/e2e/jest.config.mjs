import { preset } from '../../jest.preset.mjs';

// Whole systems start and stop here: a test may take its time, and what it waits for is always a condition.
export default { ...preset, displayName: 'e2e', testTimeout: 120_000 };
