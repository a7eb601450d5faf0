import type { AnswerHandler } from '../feed.ts';
import { readQuestion, refusal, writeAnswer } from './wire.ts';

/** More questions at once than this are refused unheard: whoever asks has other ways, and this process has other work. */
const maxAtOnce = 4096;

/** The answering end of a subject, the same for every adapter: text in, text out, and never a throw. */
export class Answerer {
  private readonly open = new Set<Promise<string>>();

  constructor(private readonly handler: AnswerHandler) {}

  async reply(text: string): Promise<string> {
    if (this.open.size >= maxAtOnce) return refusal;
    const reply = this.handle(text);
    this.open.add(reply);
    try {
      return await reply;
    } finally {
      this.open.delete(reply);
    }
  }

  /** Resolves when every question that was taken has its answer. */
  async settled(): Promise<void> {
    await Promise.all(this.open);
  }

  private async handle(text: string): Promise<string> {
    const payload = readQuestion(text);
    if (payload === undefined) return refusal;
    try {
      return writeAnswer(await this.handler(payload));
    } catch {
      return refusal;
    }
  }
}
