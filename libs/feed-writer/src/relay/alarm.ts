/** A wait that somebody may end. Who rings while nobody waits ends the next wait before it begins. Hot path: every staged record rings. */
export class Alarm {
  private rung = false;
  private end: () => void = () => undefined;

  ring(): void {
    this.rung = true;
    this.end();
  }

  /** @returns whether somebody has rung, since the last wait or during this one */
  async wait(ms: number): Promise<boolean> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const { rung } = this;
    this.rung = false;
    return rung;
  }
}
