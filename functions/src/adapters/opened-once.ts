import { NotAcceptedError } from './not-accepted-error.js';

/**
 * A provider's client, which the first message opens and all others use. While that fails (a package that does not load, a
 * setting that it does not take), no message is handed over, and the next one tries again. @throws NotAcceptedError
 */
export function openedOnce<Client>(provider: string, open: () => Promise<Client>): () => Promise<Client> {
  let opening: Promise<Client> | undefined;
  return () => {
    opening ??= open().catch(() => {
      opening = undefined;
      throw new NotAcceptedError({ provider, outcome: 'refused', because: 'account', error: 'not_opened' });
    });
    return opening;
  };
}
