import { type ComposedServices, composeServices } from '../../compose-services.js';
import { composePorts } from '../../composition.js';
import type { Config } from '../../config/config.js';
import type { Ports } from '../../ports.js';

/** What the commands work with. */
export interface Backoffice {
  readonly services: ComposedServices;
  readonly ports: Pick<Ports, 'audit' | 'credentials' | 'sessions'>;
  close(): Promise<void>;
}

/** Somebody's own login says which project pays for what it asks: without that Google refuses. */
export function openBackoffice(config: Config): Backoffice {
  const { ports, close } = composePorts(config, { billed: config.emulators === null });
  return {
    ports,
    services: composeServices(ports, { secrets: config.secrets, mainApp: config.account.mainApp }),
    close,
  };
}
