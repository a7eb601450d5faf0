import { Module, type DynamicModule } from '@nestjs/common';
import { CatalogueController } from './discovery/catalogue/catalogue.controller.ts';
import { DiscoveryController } from './discovery/discovery.controller.ts';
import { HomeController } from './discovery/home.controller.ts';
import { OpenapiController } from './discovery/openapi.controller.ts';
import { DiscoveryDocuments, type DiscoverySources } from './discovery/discovery-documents.ts';

/** The control plane of the gateway: public documents. The data plane is a list of stages in front of it (`proxy/pipeline.ts`). */
@Module({})
export class AppModule {
  static register(sources: DiscoverySources): DynamicModule {
    return {
      module: AppModule,
      controllers: [HomeController, DiscoveryController, OpenapiController, CatalogueController],
      providers: [{ provide: DiscoveryDocuments, useValue: new DiscoveryDocuments(sources) }],
    };
  }
}
