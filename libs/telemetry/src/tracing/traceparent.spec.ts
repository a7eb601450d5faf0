import { isSampled, readTraceparent, writeTraceparent } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('readTraceparent', () => {
  it('reads one, and writes it again', () => {
    const context = readTraceparent(`00-${traceId}-${spanId}-01`)!;
    expect(context).toMatchObject({ traceId, spanId, isRemote: true });
    expect(isSampled(context)).toBe(true);
    expect(writeTraceparent(context)).toBe(`00-${traceId}-${spanId}-01`);
    expect(isSampled(readTraceparent(`00-${traceId}-${spanId}-00`)!)).toBe(false);
  });

  it('reads what later versions add to, and knows of their flags the one it knows', () => {
    expect(writeTraceparent(readTraceparent(`cc-${traceId}-${spanId}-0b-what-the-future-brings`)!)).toBe(`00-${traceId}-${spanId}-01`);
  });

  it.each([
    ['nothing', undefined],
    ['several headers in one', `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`],
    ['a list', [`00-${traceId}-${spanId}-01`]],
    ['a version that never will be', `ff-${traceId}-${spanId}-01`],
    ['the first version with something behind it', `00-${traceId}-${spanId}-01-x`],
    ['capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['a line of its own', `00-${traceId}-${spanId}-01\nx: y`],
    ['more than anybody needs', `cc-${traceId}-${spanId}-01-${'x'.repeat(300)}`],
  ])('takes %s for none', (_what, value) => {
    expect(readTraceparent(value)).toBeUndefined();
  });
});
