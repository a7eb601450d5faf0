import type { Answering, AnswerHandler } from '../feed.ts';
import { Answerer } from '../asking/answerer.ts';
import { UnansweredError, type AskSubject } from '../asking/asking.ts';
import { readAnswer, writeQuestion } from '../asking/wire.ts';

/** Questions and answers within one process, in the words that they have on a wire. */
export class Desk {
  private readonly answerers = new Map<AskSubject, Answerer[]>();
  private turn = 0;
  private closed = false;

  answer(subject: AskSubject, handler: AnswerHandler): Answering {
    const answerer = new Answerer(handler);
    this.answerers.set(subject, [...(this.answerers.get(subject) ?? []), answerer]);
    return {
      stop: async () => {
        this.answerers.set(subject, (this.answerers.get(subject) ?? []).filter((other) => other !== answerer));
        await answerer.settled();
      },
    };
  }

  async ask(subject: AskSubject, payload: unknown, timeoutMs: number): Promise<unknown> {
    const question = writeQuestion(payload);
    if (this.closed) throw new UnansweredError(subject, 'away');
    const all = this.answerers.get(subject) ?? [];
    const answerer = all[this.turn++ % all.length];
    if (answerer === undefined) throw new UnansweredError(subject, 'no_responder');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new UnansweredError(subject, 'timeout')), timeoutMs);
    });
    try {
      return readAnswer(subject, await Promise.race([answerer.reply(question), late]));
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.closed = true;
    this.answerers.clear();
  }
}
