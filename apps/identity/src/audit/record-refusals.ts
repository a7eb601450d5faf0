import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { callerOf } from '@latchkey/service';
import type { FastifyRequest } from 'fastify';
import { catchError, from, switchMap, throwError, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { cleaned } from './oauth-author.ts';
import { actorOf, recordAudit } from './record-audit.ts';

/**
 * Tells the log of what the management API refuses to a caller whom the gateway let through: a role that was not enough in this place, a
 * rule of the organization. What is hidden (404) is no refusal that the log could name without telling.
 */
@Injectable()
export class RecordRefusals implements NestInterceptor {
  constructor(private readonly dataSource: DataSource) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (!(error instanceof Problem) || error.status !== 403) return throwError(() => error);
        return from(this.record(request, error.code)).pipe(switchMap(() => throwError(() => error)));
      }),
    );
  }

  private async record(request: FastifyRequest, code: string): Promise<void> {
    const caller = callerOf(request);
    if (caller === undefined) return;
    const path = request.url.split('?', 1)[0] ?? '';
    const [, , family = ''] = path.split('/', 4);
    await recordAudit(this.dataSource.manager, {
      org: caller.org ?? null, ...actorOf(caller), action: 'request.refused', outcome: 'refused', code, target: { kind: 'api', id: cleaned(family) },
      details: { method: request.method, path: cleaned(path) },
    });
  }
}
