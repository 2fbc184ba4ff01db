import { isMap } from '../../lib/is-map.js';
import { type ApiAnswer, type ApiRequest, refused, send } from './api-client.js';
import { REQUEST_TIMEOUT_MS } from './doctor-policy.js';
import { type DoctorTarget, type GoogleApiName, originOf } from './doctor-target.js';
import { forbidden, type Need, reasonOf, unauthenticated, withoutToken } from './google-errors.js';
import { type Json, objectsAt, textAt } from './json.js';

const NAMES: Readonly<Record<GoogleApiName, string>> = {
  identitytoolkit: 'Identity Platform',
  firestore: 'Firestore',
  firebaserules: 'Firebase Rules',
  cloudfunctions: 'Cloud Functions',
  iam: 'IAM',
  cloudresourcemanager: 'Resource Manager',
};

export interface GoogleRequest {
  readonly api: GoogleApiName;
  /** From the version on, without a slash before it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly need: Need;
  readonly method?: 'GET' | 'POST';
  readonly body?: Json;
}

/** Google's REST APIs, as whoever runs the doctor. */
export class GoogleApi {
  constructor(private readonly target: DoctorTarget) {}

  /** The answer, null for "not found". @throws FindingError, ForbiddenError */
  async ask(request: GoogleRequest): Promise<Json | null> {
    const { api, need, method = 'GET', body } = request;
    const answer = await this.send({
      service: NAMES[api],
      url: this.url(request),
      headers: { authorization: `Bearer ${await this.token()}`, 'x-goog-user-project': this.target.projectId },
      method,
      body,
    });
    if (answer.status === 200 && isMap(answer.body)) return answer.body;
    if (answer.status === 401) throw unauthenticated();
    if (answer.status === 403) throw forbidden(api, answer.body, this.target.projectId, need);
    if (answer.status === 404 && isMap(answer.body)) return null;
    throw refused(NAMES[api], answer, reasonOf(answer.body));
  }

  /** What all pages have under `field`, null for "not found". @throws FindingError, ForbiddenError */
  async list(request: GoogleRequest, field: string): Promise<readonly Json[] | null> {
    const found: Json[] = [];
    let pageToken = '';
    do {
      const query = { ...request.query, ...(pageToken === '' ? {} : { pageToken }) };
      const page = await this.ask({ ...request, query });
      if (page === null) return null;
      found.push(...objectsAt(page, field));
      pageToken = textAt(page, 'nextPageToken');
    } while (pageToken !== '');
    return found;
  }

  /** A call that anybody may make: no token. @throws FindingError when there is no answer */
  askPublic(api: GoogleApiName, path: string, query: Readonly<Record<string, string>> = {}): Promise<ApiAnswer> {
    return this.send({ service: NAMES[api], url: this.url({ api, path, query }) });
  }

  private send(request: ApiRequest): Promise<ApiAnswer> {
    return send(request, this.target.requestTimeoutMs ?? REQUEST_TIMEOUT_MS);
  }

  private url({ api, path, query = {} }: Pick<GoogleRequest, 'api' | 'path' | 'query'>): string {
    const search = new URLSearchParams(query).toString();
    return `${originOf(this.target, api)}/${path}${search === '' ? '' : `?${search}`}`;
  }

  private async token(): Promise<string> {
    try {
      return await this.target.tokens.get();
    } catch {
      throw withoutToken();
    }
  }
}
