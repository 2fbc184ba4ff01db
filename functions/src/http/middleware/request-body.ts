import express, { type Request, type Response } from 'express';
import { GatehouseError, InvalidRequestError } from '../../errors/gatehouse-error.js';
import { originalContentType } from '../platform-requests.js';

export const KILOBYTE = 1_024;

/** What a body is said to be. JSON may be of any kind, `application/problem+json`. */
const TYPES = {
  'application/json': /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i,
  'application/x-www-form-urlencoded': /^application\/x-www-form-urlencoded\s*(?:;|$)/i,
};

export interface BodyKind {
  readonly type: keyof typeof TYPES;
  readonly maxBytes: number;
}

const JSON_BODY: BodyKind = { type: 'application/json', maxBytes: 100 * KILOBYTE };

/**
 * The body as it came, whoever took it off the wire: the platform's server leaves it in `rawBody`. Called after the caller
 * has proved who it is, so that nobody else learns anything about bodies. @throws GatehouseError `payload_too_large`
 */
export async function readBytes(request: Request, response: Response, kind = JSON_BODY): Promise<Buffer> {
  const raw = await takeBytes(request, response, kind);
  if (raw.length > kind.maxBytes) throw tooLarge(kind);
  return raw;
}

/** @throws GatehouseError `unsupported_media_type`, `invalid_request` */
export function parseJson(request: Request, raw: Buffer): unknown {
  if (raw.length === 0) return {};
  assertType(request, JSON_BODY);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw new InvalidRequestError([], 'The body is not valid JSON.');
  }
}

/**
 * A form comes out as a record of its fields, the last of several of one name.
 * @throws GatehouseError `unsupported_media_type`, `invalid_request`
 */
export function parseBody(request: Request, raw: Buffer, kind: BodyKind): unknown {
  if (kind.type === 'application/json') return parseJson(request, raw);
  assertType(request, kind);
  return Object.fromEntries(new URLSearchParams(raw.toString('utf8')));
}

function assertType(request: Request, kind: BodyKind): void {
  const { type, encoding } = originalContentType(request);
  if (!TYPES[kind.type].test(type ?? '') || encoding !== undefined) throw unsupported(kind);
}

async function takeBytes(request: Request, response: Response, kind: BodyKind): Promise<Buffer> {
  const { rawBody } = request as { rawBody?: unknown };
  if (Buffer.isBuffer(rawBody)) return rawBody;
  const readRaw = express.raw({ type: () => true, limit: kind.maxBytes, inflate: false });
  await new Promise<void>((resolve, reject) => {
    readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(bodyError(error, kind))));
  });
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** body-parser names what went wrong in `type`; what is left is a client that went away or lied about its length. */
function bodyError(error: unknown, kind: BodyKind): GatehouseError {
  const { type } = error as { type?: unknown };
  if (type === 'entity.too.large') return tooLarge(kind);
  if (type === 'encoding.unsupported') return unsupported(kind);
  return new InvalidRequestError([], 'The body could not be read.');
}

function tooLarge({ maxBytes }: BodyKind): GatehouseError {
  return new GatehouseError('payload_too_large', `The body is larger than ${maxBytes / KILOBYTE} kB.`);
}

function unsupported({ type }: BodyKind): GatehouseError {
  return new GatehouseError('unsupported_media_type', `Send the body as ${type}, in UTF-8 and not compressed.`);
}
