import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeyPair, type KeyPairFiles } from '../../../infra/tls/key-pair.js';
import { followKeyPair, readKeyPair } from '../../../infra/tls/key-pair-files.js';
import { eventually } from '../../support/eventually.js';
import { makeCertificate } from '../../support/made-certificate.js';
import { useTempFolder } from '../../support/temp-folder.js';

const [one, other] = [makeCertificate('one'), makeCertificate('other')];

describe('the files of a certificate and its key', () => {
  const folder = useTempFolder();
  let files: KeyPairFiles;
  beforeEach(() => {
    files = { certFile: join(folder(), 'tls.crt'), keyFile: join(folder(), 'tls.key') };
  });
  const write = async (cert: string, key: string): Promise<void> => {
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
  };
  /** At once, as who renews them does: a look never meets a file that is half written. */
  const replace = async (file: string, text: string): Promise<void> => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const refusal = async (cert: string, key: string): Promise<string> => {
    await write(cert, key);
    const read = await readKeyPair(files);
    assert(read._tag === 'Left');
    return read.left.replaceAll(`${folder()}/`, '');
  };

  it('are read when they belong together, with certificates above it', async () => {
    await write(one.cert, one.key);
    assert.deepEqual(await readKeyPair(files), { _tag: 'Right', right: one });
    await write(`${one.cert}${other.cert}`, one.key);
    assert.equal((await readKeyPair(files))._tag, 'Right');
  });

  it('are refused with the file that is wrong, and what is wrong with it', async () => {
    const locked = createPrivateKey(one.key).export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    });
    assert.match(
      await refusal(makeCertificate('old', -9, -2).cert, one.key),
      /^the certificate in tls.crt has expired on \d{4}-/,
    );
    const expired = `${one.cert}${makeCertificate('old', -9, -2).cert}`;
    assert.match(await refusal(expired, one.key), /^the certificate in tls.crt has expired on /);
    assert.match(
      await refusal(makeCertificate('new', 2, 9).cert, one.key),
      /^the certificate in tls.crt is valid only from /,
    );
    assert.equal(await refusal('', one.key), 'tls.crt holds no certificate in PEM');
    assert.equal(await refusal(one.key, one.key), 'tls.crt holds no certificate in PEM');
    const broken = one.cert.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    assert.match(await refusal(broken, one.key), /^tls.crt holds a certificate that cannot be read: /);
    assert.equal(await refusal(one.cert, ''), 'tls.key holds no private key in PEM');
    assert.equal(await refusal(one.cert, one.cert), 'tls.key holds no private key in PEM');
    assert.match(await refusal(one.cert, locked.toString()), /^the key in tls.key is encrypted; /);
    assert.equal(await refusal(one.cert, other.key), 'the key in tls.key is not that of the certificate in tls.crt');
    await rm(files.keyFile);
    const absent = await readKeyPair(files);
    assert(absent._tag === 'Left');
    assert.match(absent.left, /tls\.key cannot be read: ENOENT/);
  });

  it('are followed through what they hold, half a change too, and links that are turned', async () => {
    await write(one.cert, one.key);
    const [pairs, complaints] = [[] as KeyPair[], [] as string[]];
    const stopping = new AbortController();
    const following = (async () => {
      const changes = followKeyPair(files, one, (message) => complaints.push(message), stopping.signal, 5);
      for await (const pair of changes) pairs.push(pair);
    })();
    try {
      await replace(files.certFile, other.cert);
      await eventually('half a change is complained of', () => complaints.length === 1);
      assert.match(complaints[0]!, /is not that of the certificate/);
      await replace(files.keyFile, other.key);
      await eventually('the whole change has come', () => pairs.length === 1);
      const third = makeCertificate('third');
      const [cert, key] = [join(folder(), 'third.crt'), join(folder(), 'third.key')];
      await writeFile(cert, third.cert);
      await writeFile(key, third.key);
      await Promise.all([rm(files.certFile), rm(files.keyFile)]);
      await Promise.all([symlink(cert, files.certFile), symlink(key, files.keyFile)]);
      await eventually('what the links lead to has come', () => pairs.length === 2);
      assert.deepEqual(pairs, [other, third]);
    } finally {
      stopping.abort();
      await following;
    }
  });
});
