import { verifies } from '@latchkey/testing';
import { failuresOf, requiredScenarios, runConformance } from '../src/conformance/conformance-tool.ts';
import { startEverything, type Everything } from '../src/everything/start.ts';

describe('the everything fixture, without a gateway', () => {
  let fixture: Everything;
  beforeAll(async () => {
    fixture = await startEverything();
  });
  afterAll(() => fixture.close());

  it.each([['2026-07-28', 37], ['2025-11-25', 30]])('knows which scenarios %s requires', (revision, count) => {
    expect(requiredScenarios(revision)).toHaveLength(count);
  });

  for (const revision of ['2026-07-28', '2025-11-25']) {
    verifies('CT-06', `passes every required scenario of ${revision}`, async () => {
      const report = await runConformance(['server', '--url', fixture.url, '--requirements', revision]);
      expect(failuresOf(report, requiredScenarios(revision))).toEqual([]);
    });
  }
});
