import 'reflect-metadata';
import { RequestMethod, type Type } from '@nestjs/common';

const join = (...parts: string[]): string => `/${parts.flatMap((part) => part.split('/')).filter((part) => part !== '').join('/')}`;

/** What Nest will answer for these controllers, by what it reads itself: `GET /v1/pats/{id}`. */
export function routesOf(controllers: readonly Type[]): string[] {
  return controllers.flatMap((controller) => {
    const prefix = String(Reflect.getMetadata('path', controller));
    const prototype = controller.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = name === 'constructor' ? undefined : prototype[name];
      if (typeof handler !== 'function') return [];
      const paths = [Reflect.getMetadata('path', handler) as string | string[] | undefined ?? []].flat();
      const method = RequestMethod[Number(Reflect.getMetadata('method', handler))] ?? '';
      return paths.map((path) => `${method} ${join(prefix, path).replace(/:(\w+)/g, '{$1}')}`);
    });
  });
}
