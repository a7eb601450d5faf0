import { verifies } from '@latchkey/testing';
import fc from 'fast-check';
import { fillTemplate } from './fill-template.ts';

const sent = { issue: { title: 'Broken', number: 7, labels: [{ name: 'bug' }, { name: 'p1' }], closed: null }, 'a/b': 1, 'm~n': 2, '': 3 };

describe('the arguments of a tool from a webhook', () => {
  const cases: [string, unknown, unknown][] = [
    ['a value keeps its type', { n: '{{/issue/number}}', l: '{{/issue/labels}}', c: '{{/issue/closed}}' }, { n: 7, l: sent.issue.labels, c: null }],
    ['a part of a text becomes text', { t: '#{{/issue/number}}: {{/issue/title}} {{/issue/labels/0}}' }, { t: '#7: Broken {"name":"bug"}' }],
    ['pointers are those of RFC 6901', { a: '{{/a~1b}}', m: '{{/m~0n}}', e: '{{/}}', x: '{{/issue/labels/1/name}}' }, { a: 1, m: 2, e: 3, x: 'p1' }],
    ['all of it', { all: '{{}}' }, { all: sent }],
    ['what is not there is left out', { x: '{{/no}}', y: ['{{/no}}', 'y'], z: 'a{{/no/where}}b', w: '{{/issue/labels/01}}', v: '{{/issue/labels/length}}' }, { y: ['y'], z: 'ab' }],
    ['names of JavaScript are no values', { a: '{{/constructor}}', b: '{{/__proto__}}', c: '{{/issue/title/length}}', d: '{{/toString}}' }, {}],
    ['what is no placeholder stays', { a: '{{issue}}', b: '{{ /issue }}', c: '}}{{', d: 1, e: true, f: null }, { a: '{{issue}}', b: '{{ /issue }}', c: '}}{{', d: 1, e: true, f: null }],
  ];
  for (const [what, template, filled] of cases) {
    verifies('K9', what, () => {
      expect(fillTemplate(template as Record<string, unknown>, sent)).toEqual(filled);
    });
  }

  verifies('K9', 'what was sent is a value and never a template', () => {
    expect(fillTemplate({ t: '{{/t}}', u: 'x {{/t}}' }, { t: '{{/secret}}', secret: 's' })).toEqual({ t: '{{/secret}}', u: 'x {{/secret}}' });
  });

  verifies('K9', 'a template without placeholders is what it was, whatever was sent', () => {
    const template = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue());
    fc.assert(fc.property(template, fc.jsonValue(), (given, document) => {
      if (JSON.stringify(given).includes('{{')) return;
      expect(fillTemplate(given, document)).toEqual(given);
    }));
  });
});
