import { isJsonObject, parseJson } from '../../json-object.ts';
import { json } from '../../reply.ts';
import type { Protocol } from './upstream-url.ts';

/** A request that was not answered, in the words of the host and, where there are any, of the vendor. */
export class RelayFailure extends Error {
  readonly status: number;
  /** What `code` says to clients, and `error_code` of a test. */
  readonly code: string | null;
  readonly type: string;
  /** The message of a test, which repeats the vendor's body. */
  readonly whole: string;

  constructor(
    status: number,
    message: string,
    given: { code: string | null; type?: string | undefined; whole?: string },
  ) {
    super(message);
    this.status = status;
    this.code = given.code;
    this.type = given.type ?? 'new_api_error';
    this.whole = given.whole ?? message;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The error that a vendor's body holds, if it holds one. */
function errorIn(body: string): { message: string; type: string; code: string | null } | undefined {
  const value = parseJson(body);
  const error = isJsonObject(value) ? value['error'] : undefined;
  if (!isJsonObject(error) || textOf(error['message']) === '') return undefined;
  const { code } = error;
  return {
    message: textOf(error['message']),
    type: textOf(error['type']) || 'upstream_error',
    code: code === undefined || code === null ? null : String(code),
  };
}

/** What the host makes of a vendor's refusal: status, message, code and type as they were sent. */
export function vendorRefusal(status: number, body: string): RelayFailure {
  const error = errorIn(body);
  if (error === undefined) {
    const whole = `bad response status code ${status}, body: ${body}`;
    return new RelayFailure(status, 'openai_error', {
      code: 'bad_response_status_code',
      type: 'bad_response_status_code',
      whole,
    });
  }
  const whole = `bad response status code ${status}, message: ${error.message}, body: ${body}`;
  return new RelayFailure(status, error.message, { ...error, whole });
}

/** What is wrong with a 200 of a vendor: no JSON, or an error in it; undefined where nothing is. */
export function falseSuccess(body: string): RelayFailure | undefined {
  if (parseJson(body) !== undefined) {
    const error = errorIn(body);
    return error === undefined ? undefined : new RelayFailure(200, error.message, error);
  }
  const trimmed = body.trim();
  const message =
    trimmed === ''
      ? 'unexpected end of JSON input'
      : `invalid character '${trimmed[0]}' looking for beginning of value`;
  return new RelayFailure(500, message, { code: 'bad_response_body', type: 'bad_response_body' });
}

/** Nobody answered at the channel's address. */
export function unreachable(): RelayFailure {
  return new RelayFailure(500, 'upstream error: do request failed', {
    code: 'do_request_failed',
    whole: 'do request failed: upstream error: do request failed',
  });
}

/** A channel's mapping is no JSON. */
export function badMapping(): RelayFailure {
  return new RelayFailure(500, 'unmarshal_model_mapping_failed', { code: 'channel:model_mapped_error' });
}

/** A failure as a client of that protocol gets it; the host's own words, and all to Anthropic's, bear the request. */
export function failureReply(protocol: Protocol, failure: RelayFailure, requestId: string): Response {
  const { status, code, type, message } = failure;
  const marked = `${message} (request id: ${requestId})`;
  if (protocol === 'messages') {
    const said = type === 'new_api_error' ? type : (code ?? '<nil>');
    return json(status, { type: 'error', error: { type: said, message: marked } });
  }
  return json(status, { error: { message: type === 'new_api_error' ? marked : message, type, param: '', code } });
}
