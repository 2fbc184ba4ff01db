import { type Brand, prefixedId } from '../lib/brand.js';

export type DeliveryId = Brand<'DeliveryId'>;

export const deliveryId = prefixedId<'DeliveryId'>('dlv');
