/** One measured number. Nothing here is asserted: a budget is printed beside the figure, and a reader judges. */
export interface Figure {
  name: string;
  /** Median of the rounds. */
  value: number;
  unit: string;
  /** Lowest and highest round. */
  range?: [number, number];
  /** Value of the yardstick of the same run, in the same unit, and what it is. */
  yardstick?: { name: string; value: number };
  /** What the milestone allows. */
  budget?: number;
}

export type Report = (figure: Figure) => void;

export interface Benchmark {
  name: string;
  /** One line for `--list`. */
  about: string;
  /** Runs alone in a process of its own, with `--expose-gc`. */
  run(report: Report): Promise<void>;
}
