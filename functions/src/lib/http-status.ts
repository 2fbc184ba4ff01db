/** Whether a provider that answers this is down, over quota or does not know us: anything else that we send would fail too. */
export function isProviderFault(status: number): boolean {
  return status === 401 || status === 403 || status === 429 || status >= 500;
}
