/** A port that somebody else holds; the message says which, and which variable moves ours. */
export class PortInUseError extends Error {
  constructor(
    readonly port: number,
    readonly variable: string,
  ) {
    super(`Port ${port} is in use. Stop what listens there, or set ${variable} to a free port.`);
    this.name = 'PortInUseError';
  }
}
