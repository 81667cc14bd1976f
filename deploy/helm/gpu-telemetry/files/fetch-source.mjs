/* global AbortController, Buffer, clearTimeout, fetch, setTimeout */
// Fetches SOURCE_URL to SOURCE_FILE before the streamer starts: whole, and what SOURCE_SHA256 says, or not at all.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const {
  SOURCE_URL: url,
  SOURCE_FILE: file,
  SOURCE_SHA256: expected,
  SOURCE_AUTHORIZATION: authorization,
} = process.env;
const silentMs = 60_000;

/** What passes through is hashed, and a server that falls silent is given up. */
const watched = async function* (body, hash, silence) {
  for await (const chunk of body) {
    silence.refresh();
    hash.update(chunk);
    yield Buffer.from(chunk);
  }
};

const fetchInto = async (part) => {
  const giveUp = new AbortController();
  const silence = setTimeout(() => giveUp.abort(new Error(`silent for ${silentMs / 1000} s`)), silentMs);
  try {
    const response = await fetch(url, {
      headers: authorization ? { authorization } : {},
      signal: giveUp.signal,
    });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    const hash = createHash('sha256');
    await pipeline(watched(Readable.fromWeb(response.body), hash, silence), createWriteStream(part));
    return hash.digest('hex');
  } finally {
    clearTimeout(silence);
  }
};

try {
  const found = await fetchInto(`${file}.part`);
  if (expected && found !== expected.toLowerCase()) throw new Error(`has the SHA-256 ${found}, not ${expected}`);
  await rename(`${file}.part`, file);
  console.log(`${new URL(url).host}: fetched, SHA-256 ${found}`);
} catch (error) {
  await rm(`${file}.part`, { force: true });
  console.error(`${url && new URL(url).host}: ${error.message}`);
  process.exitCode = 1;
}
