/** One request as it is sent, and what is taken for its answer. */
export interface Exchange {
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Ends it early. */
  signal: AbortSignal;
  /** Passed right before anything leaves. What it throws ends the exchange, and nothing has left. */
  through: <T>(send: () => Promise<T>) => Promise<T>;
  /** Begins the time that a connection may take to come about. */
  connectLimit: () => AbortSignal;
  /** Longest body that is taken, in bytes, as it comes and unpacked. */
  maxBytes: number;
}

export interface HttpReply {
  status: number;
  headers: ReplyHeaders;
  text: string;
}

/** As the platform's `Headers`, which takes long to load. */
export type ReplyHeaders = Pick<Headers, 'get' | 'has' | 'getSetCookie'>;

/**
 * Carries one exchange to its end, redirects not followed. Rejects with the error of the system, of TLS or of the parser,
 * perhaps wrapped, and with the reason of the signal once that is aborted.
 */
export type Carry = (url: URL, exchange: Exchange) => Promise<HttpReply>;

/** What an answer beyond its bound ends with. */
export class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`);
  }
}
