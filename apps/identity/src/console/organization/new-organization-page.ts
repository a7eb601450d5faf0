import { html } from '../../pages/html.ts';
import { errorSummary, layout } from '../../pages/layout.ts';

export interface NewOrganizationPageOptions {
  csrf: string;
  name?: string;
  slug?: string;
  project?: string;
  error?: string;
}

/** Where somebody begins who belongs to no organization, or wants another one. */
export function newOrganizationPage({ csrf, name = '', slug = '', project = 'main', error }: NewOrganizationPageOptions): string {
  const invalid = error !== undefined && html` aria-invalid="true" aria-describedby="error"`;
  const body = html`<h1>New organization</h1>
<p class="soft">It holds your MCP servers, and the people who may use them. You will own it.</p>
${errorSummary(error)}
<form method="post" action="/console/organizations/new">
<input type="hidden" name="_csrf" value="${csrf}">
<div class="field"><label for="name">Name</label><input id="name" name="name" type="text" value="${name}" required maxlength="100" autocomplete="organization"${invalid}${error === undefined && html` autofocus`}></div>
<div class="field"><label for="slug">Short name</label><input id="slug" name="slug" type="text" value="${slug}" required maxlength="63" pattern="[a-z0-9]+(-[a-z0-9]+)*" autocapitalize="none" spellcheck="false" aria-describedby="slug-rule"${invalid}>
<p class="soft small" id="slug-rule">Lower-case letters, digits and hyphens, as in <code>acme-labs</code>. It stands in addresses and keys, and can never be changed.</p></div>
<div class="field"><label for="project">First project</label><input id="project" name="project" type="text" value="${project}" required maxlength="63" pattern="[a-z0-9]+(-[a-z0-9]+)*" autocapitalize="none" spellcheck="false" aria-describedby="project-rule"${invalid}>
<p class="soft small" id="project-rule">Servers are registered in a project; there can be more later.</p></div>
<button type="submit">Create organization</button>
</form>
<p class="links"><a href="/console">Back to the console</a></p>`;
  return layout({ title: error === undefined ? 'New organization' : 'Error: new organization', body });
}
