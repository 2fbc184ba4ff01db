import { onDocumentWrittenWithAuthContext } from 'firebase-functions/firestore';
import { onRequest } from 'firebase-functions/https';
import { onSchedule } from 'firebase-functions/scheduler';
import { onTaskDispatched } from 'firebase-functions/tasks';
import type { DeliverTask } from './adapters/cloud-tasks/cloud-tasks-queue.js';
import { EDIT_MAX_INSTANCES, EDIT_TIMEOUT_SECONDS } from './admin/console/console-policy.js';
import { currentEnvironment } from './config/environment.js';
import { SECRETS } from './config/params.js';
import { SWEEP_SCHEDULE, SWEEP_TIMEOUT_SECONDS } from './maintenance/sweep-policy.js';
import { getRuntime, leaveDomain, prepareProcess, runJob } from './runtime.js';

prepareProcess(currentEnvironment());

/** The four APIs. 512 MiB: 256 is too little for Node 24. */
export const api = onRequest(
  { secrets: SECRETS, memory: '512MiB', timeoutSeconds: 30, concurrency: 80, invoker: 'public', cors: false },
  (request, response) => {
    leaveDomain();
    getRuntime().app(request, response);
  },
);

/**
 * Sends what was queued. A task that fails is tried again, five times and for ten minutes at least: Cloud Tasks gives it up
 * when both are over. A code is worth nothing after that.
 */
export const deliver = onTaskDispatched<DeliverTask>(
  { secrets: SECRETS, memory: '512MiB', retryConfig: { maxAttempts: 5, minBackoffSeconds: 2, maxRetrySeconds: 600 } },
  ({ data }) => runJob(data.payload),
);

/** Finishes or undoes what killed instances left half done. A run that fails is not repeated: the next one comes soon. */
export const sweep = onSchedule(
  {
    schedule: SWEEP_SCHEDULE,
    secrets: SECRETS,
    memory: '512MiB',
    timeoutSeconds: SWEEP_TIMEOUT_SECONDS,
    maxInstances: 1,
  },
  async () => {
    await getRuntime().sweep.run();
  },
);

const EDITS = {
  secrets: SECRETS,
  memory: '512MiB',
  timeoutSeconds: EDIT_TIMEOUT_SECONDS,
  maxInstances: EDIT_MAX_INSTANCES,
  retry: true,
} as const;

/** Admins add and edit orgs in the console: provisions, suspends, resumes, revokes, checks settings. */
export const orgEdited = onDocumentWrittenWithAuthContext({ ...EDITS, document: 'orgs/{orgId}' }, async (event) => {
  await getRuntime().edits.orgEdited(event, event.params.orgId);
});

/** Rotates and revokes credentials, checks their terms. */
export const credentialEdited = onDocumentWrittenWithAuthContext(
  { ...EDITS, document: 'credentials/{keyId}' },
  async (event) => {
    await getRuntime().edits.credentialEdited(event, event.params.keyId);
  },
);

/** Status, kyc_status and role of a partner's user. */
export const userEdited = onDocumentWrittenWithAuthContext(
  { ...EDITS, document: 'orgs/{orgId}/users/{uid}' },
  async (event) => {
    const { orgId, uid } = event.params;
    await getRuntime().edits.userEdited(event, orgId, uid);
  },
);
