import type { Provider } from '@nestjs/common';
import { DeviceFlow } from './device-flow.ts';
import { DeviceLimits } from './device-limits.ts';
import { RedeemDeviceCode } from './redeem-device-code.ts';

export const deviceProviders: Provider[] = [DeviceFlow, DeviceLimits, RedeemDeviceCode];
