import { Controller, Get, Param, Res } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { FastifyReply } from 'fastify';
import { findAsset } from './assets.ts';

@Controller('assets')
export class AssetsController {
  @Get(':name')
  serve(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const asset = findAsset(name);
    if (asset === undefined) throw new Problem('not_found');
    void reply
      .headers({ 'cache-control': 'public, max-age=31536000, immutable', 'content-type': asset.type, 'x-content-type-options': 'nosniff' })
      .send(asset.body);
  }
}
