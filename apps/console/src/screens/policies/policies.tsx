import type { PolicyDocument } from '@latchkey/contracts';
import { Tabs } from '@mantine/core';
import { useAsk } from '../../api/use-api.ts';
import { Header } from '../../parts/header.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useChoice } from '../../parts/use-param.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { Domains } from '../domains/domains.tsx';
import { Providers } from '../identity-providers/providers.tsx';
import { TrustedIssuers } from '../trust/trusted-issuers.tsx';
import { TrustedPrograms } from '../trust/trusted-programs.tsx';
import { PolicyForm } from './policy-form.tsx';

const tabs = { policy: 'Policy', domains: 'Domains', providers: 'Sign-in', programs: 'Trusted programs', issuers: 'Trusted issuers' } as const;

export function Component() {
  const [tab, setTab] = useChoice('tab', Object.keys(tabs) as (keyof typeof tabs)[], 'policy');
  const policy = useAsk<PolicyDocument>('/v1/policies');
  return (
    <>
      <Header title="Security" about="What the organization demands of its members and of everything that acts in their name. It can be stricter than this Latchkey is, never laxer." />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">{Object.entries(tabs).map(([value, label]) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}</Tabs.List>
        <Tabs.Panel value="policy">
          <ProblemNote error={policy.error} />
          {policy.isPending && <Waiting rows={5} height={80} />}
          {policy.data !== undefined && <PolicyForm key={policy.data.revision} document={policy.data} />}
        </Tabs.Panel>
        <Tabs.Panel value="domains"><Domains /></Tabs.Panel>
        <Tabs.Panel value="providers"><Providers /></Tabs.Panel>
        <Tabs.Panel value="programs"><TrustedPrograms /></Tabs.Panel>
        <Tabs.Panel value="issuers"><TrustedIssuers /></Tabs.Panel>
      </Tabs>
    </>
  );
}
