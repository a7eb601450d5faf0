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
  /** It could not be measured: the program of this name is not on this machine. */
  missing?: true;
}

export type Report = (figure: Figure) => void;

/** What whoever runs benchmarks has said of them. */
export interface RunOptions {
  /** How long what goes on until it is stopped goes on */
  minutes: number;
}

export interface Benchmark {
  name: string;
  /** One line for `--list`. */
  about: string;
  /** Runs alone in a process of its own, with `--expose-gc`. */
  run(report: Report, options: RunOptions): Promise<void>;
}
