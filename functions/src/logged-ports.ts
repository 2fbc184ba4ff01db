import { LoggedAuditStore } from './audit/logged-audit-store.js';
import { LoggedDeliveryStore } from './delivery/logged-delivery-store.js';
import { LoggedSender } from './delivery/logged-sender.js';
import type { Logger } from './lib/logger.js';
import type { Ports } from './ports.js';

/** What nobody who calls is told stands in the log: what providers did with messages, and that an org is at its cap. */
export function loggedPorts(ports: Ports, logger: Logger): Ports {
  return {
    ...ports,
    audit: new LoggedAuditStore(ports.audit, logger),
    deliveries: new LoggedDeliveryStore(ports.deliveries, logger),
    sender: new LoggedSender(ports.sender, logger),
  };
}
