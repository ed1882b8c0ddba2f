import { HostError, json } from '../reply.ts';

/** Done, with nothing to show. */
export function done(): Response {
  return json(200, { message: '', success: true });
}

/** Done, with what came of it. */
export function success(data: unknown): Response {
  return json(200, { data, message: '', success: true });
}

/** A refusal as the host makes nearly all of them: 200, and `success` says no. */
export function failure(message: string): HostError {
  return new HostError(200, { message, success: false });
}

/** What the host says of parameters that it does not take. */
export const badParameters = () => failure('Invalid parameters');

/** What its database says of an id that is not there. */
export const notFound = () => failure('record not found');
