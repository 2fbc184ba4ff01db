import { DeliveryLedger } from './delivery/delivery-ledger.js';
import { DeliveryReports } from './delivery/delivery-reports.js';
import { DeliveryService } from './delivery/delivery-service.js';
import { DeliveryWorker } from './delivery/delivery-worker.js';
import { Dispatcher } from './delivery/dispatcher.js';
import { PrefixBreaker } from './delivery/prefix-breaker.js';
import { SendQuotas } from './delivery/send-quotas.js';
import { SmsCap } from './delivery/sms-cap.js';
import type { BackgroundWork } from './lib/background-work.js';
import type { Clock } from './lib/clock.js';
import type { LeasedLimiter } from './limits/leased-limiter.js';
import type { Limiter } from './limits/limiter.js';
import { JobService } from './notices/job-service.js';
import { NoticeService } from './notices/notice-service.js';
import { NoticeWorker } from './notices/notice-worker.js';
import type { MainApp } from './orgs/main-app.js';
import type { FieldCipher } from './pii/field-cipher.js';
import type { Ports } from './ports.js';
import type { UserDirectory } from './users/user-directory.js';

/** What messages need of the world outside. */
type DeliveryPorts = Pick<Ports, 'audit' | 'challenges' | 'deliveries' | 'orgs' | 'queue' | 'revocations' | 'sender'>;

interface DeliveryParts {
  readonly directory: UserDirectory;
  readonly mainApp: MainApp;
  readonly limiter: Limiter;
  readonly leased: LeasedLimiter;
  readonly cipher: FieldCipher;
  readonly background: BackgroundWork;
  readonly clock: Clock;
  readonly indexKey: Buffer;
}

/** All that sends messages, in the request and from the queue. */
export function composeDelivery(ports: DeliveryPorts, parts: DeliveryParts) {
  const prefixes = new PrefixBreaker(parts);
  const cap = new SmsCap({ ...ports, ...parts });
  const quotas = new SendQuotas({ ...parts, prefixes, cap });
  const ledger = new DeliveryLedger({ ...ports, ...parts });
  const dispatcher = new Dispatcher({ ...ports, ...parts, prefixes, cap });
  const delivery = new DeliveryService({ ...ports, ...parts, dispatcher, ledger, quotas });
  const worker = new DeliveryWorker({ ...ports, ...parts, dispatcher, ledger, quotas });
  const notices = new NoticeService({ ...ports, ...parts });
  const noticeWorker = new NoticeWorker({ ...ports, ...parts, worker });
  const jobs = new JobService({ worker, noticeWorker, cipher: parts.cipher });
  const reports = new DeliveryReports({ ledger, prefixes });
  return { prefixes, cap, quotas, ledger, dispatcher, delivery, worker, notices, jobs, reports };
}
