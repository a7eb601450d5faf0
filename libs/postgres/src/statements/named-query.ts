import pg from 'pg';
import type { Statement } from './prepared.ts';

/** What the driver makes of the description of a statement's rows: how each field is read, and an empty row. */
interface Description {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

/** The driver's own side of a connection. */
interface Wire {
  describe(portal: object): void;
}

/** Of one connection: what is known of the rows of each statement that was answered there, and the connection for who need not be told. */
interface Told {
  descriptions: Map<string, Description>;
  undescribed: Wire;
}

const told = new WeakMap<Wire, Told>();

function toldOn(wire: Wire): Told {
  const known = told.get(wire) ?? { descriptions: new Map<string, Description>(), undescribed: Object.assign(Object.create(wire) as Wire, { describe: () => undefined }) };
  told.set(wire, known);
  return known;
}

/** Members of the driver's query that its types do not tell of; the driver is pinned exactly, and a spec compares what is read the first time and later. */
interface Inside {
  prepare(wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
  _result: Description;
  _accumulateRows: boolean;
}
const driver = pg.Query.prototype as unknown as Inside;

/**
 * A statement of ours on its way. Hot path: the driver copies what it is asked with property by property, and has Postgres describe the
 * rows anew each time, which together take longer than all the rest of asking. Here they are described once per connection; a statement whose
 * rows change their form is refused by Postgres while it is prepared.
 */
export class NamedQuery extends pg.Query {
  readonly name: string;

  constructor({ name, text }: Statement, values: unknown[]) {
    super(text, values);
    this.name = name;
  }

  /** Called by the driver, to send it. */
  prepare(wire: Wire): void {
    const { descriptions, undescribed } = toldOn(wire);
    const known = descriptions.get(this.name);
    if (known === undefined) return driver.prepare.call(this, wire);
    const inside = this as unknown as Inside;
    Object.assign(inside._result, known);
    inside._accumulateRows = true;
    driver.prepare.call(this, undescribed);
  }

  /** Called by the driver, when all of it was answered. */
  handleReadyForQuery(wire: Wire): void {
    const { descriptions } = toldOn(wire);
    if (!descriptions.has(this.name)) {
      const { fields, _parsers, _prebuiltEmptyResultObject } = (this as unknown as Inside)._result;
      descriptions.set(this.name, { fields, _parsers, _prebuiltEmptyResultObject });
    }
    driver.handleReadyForQuery.call(this, wire);
  }
}
