import { resolve } from 'node:path';
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { type KeyPair, type KeyPairFiles } from '../tls/key-pair.js';
import { readKeyPair } from '../tls/key-pair-files.js';
import { text } from './accepts.js';
import { type Configuration, optional } from './option.js';

/** With both a gateway speaks https alone. */
export const gatewayTlsOptions = {
  tlsCert: optional(
    '--tls-cert <FILE>',
    'certificate of the gateway and those above it (PEM): https instead of http',
    text,
  ),
  tlsKey: optional('--tls-key <FILE>', 'its key (PEM)', text),
};

export type GatewayTlsConfiguration = Configuration<typeof gatewayTlsOptions>;

/** What https is to be served with, and where it came from; undefined for http. Left is a sentence for people. */
export const gatewayKeyPair = async ({
  tlsCert: certFile,
  tlsKey: keyFile,
}: GatewayTlsConfiguration): Promise<
  Either<string, { readonly files: KeyPairFiles; readonly pair: KeyPair } | undefined>
> => {
  if (certFile === undefined && keyFile === undefined) return right(undefined);
  if (certFile === undefined || keyFile === undefined) return left('--tls-cert and --tls-key are given together.');
  const files = { certFile, keyFile };
  const read = await readKeyPair(files);
  return isLeft(read) ? left(`https cannot be served: ${read.left}.`) : right({ files, pair: read.right });
};

/** The same options as a command line, for a process wherever it runs. */
export const gatewayTlsArguments = ({ tlsCert, tlsKey }: GatewayTlsConfiguration): readonly string[] => [
  ...(tlsCert === undefined ? [] : ['--tls-cert', resolve(tlsCert)]),
  ...(tlsKey === undefined ? [] : ['--tls-key', resolve(tlsKey)]),
];
