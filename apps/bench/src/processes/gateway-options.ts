/** What a gateway is started with, as its image does (docs/operations.md). */
export const gatewayOptions = ['--max-semi-space-size=8', '--no-allocation-site-pretenuring'];
