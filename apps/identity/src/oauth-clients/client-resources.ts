import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { Resources } from '../provider/resources.ts';

/** The resources that a client of an organization may be bound to: servers of that organization, and those that all organizations share. */
@Injectable()
export class ClientResources {
  constructor(private readonly resources: Resources) {}

  /** @returns canonical spellings; @throws Problem `invalid_request`, alike for what does not exist and for what is another tenant's */
  async canonical(org: string, texts: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      texts.map(async (text) => {
        const resource = await this.resources.find(text);
        if (resource !== null && (resource.server === null || resource.server.org === org)) return resource.resource;
        const message = `${text.slice(0, 200)} is no resource of this organization`;
        throw new Problem('invalid_request', { detail: `resources: ${message}`, issues: [{ path: 'resources', message }] });
      }),
    );
    return [...new Set(found)];
  }
}
