import type { INestApplicationContext } from '@nestjs/common';
import type { RawHandler } from '@latchkey/service';
import { EngineFront } from './front/front.ts';
import { isEnginePath } from './routes.ts';

/** Gives the engine its paths before Nest and its body parser see them. */
export function engineHandler(app: INestApplicationContext): RawHandler {
  const front = app.get(EngineFront);
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (!isEnginePath(path)) return false;
    void front.handle(request, response, path);
    return true;
  };
}
