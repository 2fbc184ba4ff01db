import { UsageError } from './cli-errors.js';

/** @see https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin */
const PROJECT_ID = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** It becomes part of a file's name and of addresses. */
export function parseProjectId(text: string): string {
  if (!PROJECT_ID.test(text)) throw new UsageError('--project must be the id of a project, such as my-project-1a2b.');
  if (text.startsWith('demo-')) throw new UsageError('demo-… is the local stack: leave --project out.');
  return text;
}
