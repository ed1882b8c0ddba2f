import { promisify } from 'node:util';
import {
  brotliDecompress,
  constants,
  gunzip,
  inflate,
  inflateRaw,
  type BrotliOptions,
  type ZlibOptions,
} from 'node:zlib';
import { TooLarge } from './exchange.ts';

type Unpack = (bytes: Buffer, maxBytes: number) => Promise<Buffer>;

/** What was cut off at its end is read as far as it goes, as every fetch does. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH };
const gunzipped = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const inflated = promisify<Buffer, ZlibOptions, Buffer>(inflate);
const inflatedRaw = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);
const unbrotlied = promisify<Buffer, BrotliOptions, Buffer>(brotliDecompress);

const unzip: Unpack = (bytes, maxOutputLength) => gunzipped(bytes, { ...lenient, maxOutputLength });

const codings = new Map<string, Unpack>([
  ['gzip', unzip],
  ['x-gzip', unzip],
  // Some servers leave out the wrapping that the standard wants.
  [
    'deflate',
    (bytes, maxOutputLength) => (isWrapped(bytes) ? inflated : inflatedRaw)(bytes, { ...lenient, maxOutputLength }),
  ],
  ['br', (bytes, maxOutputLength) => unbrotlied(bytes, { maxOutputLength })],
]);

const isWrapped = (bytes: Buffer) => ((bytes[0] ?? 0) & 0x0f) === 0x08;

/**
 * The body of an answer as it was before it was packed for the way; `encoding` is what its header says. As it came where a
 * coding is not known. Rejects where it cannot be read, and where it is larger than that.
 */
export async function unpack(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const unpacking = encoding
    .toLowerCase()
    .split(',')
    .map((coding) => codings.get(coding.trim()));
  let unpacked = bytes;
  for (const step of unpacking.toReversed()) {
    if (step === undefined) return bytes;
    unpacked = await step(unpacked, maxBytes).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge(maxBytes) : error;
    });
  }
  return unpacked;
}
