import { LoggedAuditStore } from './audit/logged-audit-store.js';
import { LoggedDeliveryStore } from './delivery/logged-delivery-store.js';
import { LoggedSender } from './delivery/logged-sender.js';
import type { Logger } from './lib/logger.js';
import type { Ports } from './ports.js';

/** Adds to the log what no caller is told: hand-overs that failed, what became of messages, caps that are near or reached. */
export function loggedPorts(ports: Ports, logger: Logger): Ports {
  return {
    ...ports,
    audit: new LoggedAuditStore(ports.audit, logger),
    deliveries: new LoggedDeliveryStore(ports.deliveries, logger),
    sender: new LoggedSender(ports.sender, logger),
  };
}
