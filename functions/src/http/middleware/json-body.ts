import express, { type Request, type Response } from 'express';
import { GatehouseError, InvalidRequestError } from '../../errors/gatehouse-error.js';
import { originalContentType } from '../platform-requests.js';

const BODY_MAX_BYTES = 100 * 1024;

const readRaw = express.raw({ type: () => true, limit: BODY_MAX_BYTES, inflate: false });

/**
 * The body as it came, whoever took it off the wire: the platform's server leaves it in `rawBody`. Called after the caller
 * has proved who it is, so that nobody else learns anything about bodies. @throws GatehouseError `payload_too_large`
 */
export async function readBytes(request: Request, response: Response): Promise<Buffer> {
  const raw = await takeBytes(request, response);
  if (raw.length > BODY_MAX_BYTES) throw tooLarge();
  return raw;
}

/** @throws GatehouseError `unsupported_media_type`, `invalid_request` */
export function parseJson(request: Request, raw: Buffer): unknown {
  if (raw.length === 0) return {};
  const { type, encoding } = originalContentType(request);
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type ?? '') || encoding !== undefined) throw unsupported();
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    throw new InvalidRequestError([], 'The body is not valid JSON.');
  }
}

async function takeBytes(request: Request, response: Response): Promise<Buffer> {
  const { rawBody } = request as { rawBody?: unknown };
  if (Buffer.isBuffer(rawBody)) return rawBody;
  await new Promise<void>((resolve, reject) => {
    readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(bodyError(error))));
  });
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** body-parser names what went wrong in `type`; what is left is a client that went away or lied about its length. */
function bodyError(error: unknown): GatehouseError {
  const { type } = error as { type?: unknown };
  if (type === 'entity.too.large') return tooLarge();
  if (type === 'encoding.unsupported') return unsupported();
  return new InvalidRequestError([], 'The body could not be read.');
}

function tooLarge(): GatehouseError {
  return new GatehouseError('payload_too_large', 'The body is larger than 100 kB.');
}

function unsupported(): GatehouseError {
  return new GatehouseError(
    'unsupported_media_type',
    'Send the body as application/json, in UTF-8 and not compressed.',
  );
}
