import type { ServerResponse } from 'node:http';

/**
 * Runs `then` once, when the answer is made and the connection has taken it or is gone. A client that goes away is told of
 * by `close` while its request is still worked on: `end` is where that work ends.
 */
export function whenOver(response: ServerResponse, then: (isHeard: boolean) => void): void {
  // `writableFinished` is true of any answer that is given to a connection which is gone.
  let isHeard = false;
  response.once('finish', () => {
    isHeard = true;
  });
  response.once('close', () => {
    if (response.writableEnded) return then(isHeard);
    const end = response.end;
    response.end = ((...chunk: unknown[]) => {
      response.end = end;
      Reflect.apply(end, response, chunk);
      then(false);
      return response;
    }) as ServerResponse['end'];
  });
}
