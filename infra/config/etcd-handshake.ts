import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectSecurely, type TLSSocket } from 'node:tls';
// A type import of the whole statement: `import { type … }` would still load the module, and etcd's client with it.
import type { EtcdTls } from '../etcd/client.js';
import { onAbort } from '../../domain/on-abort.js';
import { notInDate } from '../tls/certificates.js';
import { type EtcdTlsFiles } from './etcd-tls-files.js';

/** How long an address of etcd is looked at. */
export interface LookLimits {
  /** Milliseconds for the connection, and as many for its first word. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** How far one came with an address of etcd; messages are sentences for people. */
export type Handshake =
  | { readonly kind: 'spoken' }
  /** It takes connections and says nothing. */
  | { readonly kind: 'silent'; readonly message: string }
  /** One does not accept the other's certificate. */
  | { readonly kind: 'distrusted'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

type CodedError = Error & { readonly code?: string; readonly reason?: string };

const unsigned = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** What is wrong with etcd's own certificate. */
const etcdsOwn = (socket: TLSSocket, host: string, { etcdCa }: EtcdTlsFiles): string => {
  const code = String(socket.authorizationError);
  const { valid_from: validFrom, valid_to: validTo, subjectaltname: names = '' } = socket.getPeerCertificate();
  const date = notInDate({ validFrom, validTo }, "etcd's certificate", Date.now());
  if (date !== undefined) return date;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `etcd's certificate is not for ${host}, but for ${names.replaceAll(/(DNS|IP Address):/g, '')}`;
  if (!unsigned.has(code)) return `etcd's certificate is not accepted: ${code}`;
  return etcdCa === undefined
    ? "etcd's certificate is signed by nobody whom this machine knows: --etcd-ca names its authority"
    : `etcd's certificate is not signed by the authority in ${etcdCa} (--etcd-ca)`;
};

/** What etcd says of ours, in an alert of TLS; undefined where an error is another. */
const ofOurs = ({ code = '', reason = '' }: CodedError, { etcdCert }: EtcdTlsFiles): string | undefined => {
  if (!/ALERT_(.*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return undefined;
  return etcdCert === undefined
    ? 'etcd asks for a certificate of its clients, and none is given: --etcd-cert and --etcd-key'
    : `etcd does not accept the certificate in ${etcdCert}: it is of another authority than etcd trusts, ` +
        `or not for clients (${reason})`;
};

/** It answers with something else, or hangs up, as etcd does, when it is asked for a handshake. */
const speaksNoTls = ({ code }: CodedError, isHandshake: boolean): boolean =>
  code === 'ERR_SSL_WRONG_VERSION_NUMBER' || (code === 'ECONNRESET' && isHandshake);

const explained = (error: CodedError, isHandshake: boolean, files: EtcdTlsFiles): Handshake => {
  const message = ofOurs(error, files);
  if (message !== undefined) return { kind: 'distrusted', message };
  const noTls = speaksNoTls(error, isHandshake) ? ': it speaks no TLS, is it http?' : '';
  return { kind: 'unreachable', message: `${error.message}${noTls}` };
};

const hostOf = (endpoint: string): string => new URL(endpoint).hostname.replace(/^\[|\]$/g, '');

const secureSocket = (endpoint: string, tls: EtcdTls | undefined): TLSSocket =>
  connectSecurely({
    ...{ host: hostOf(endpoint), port: Number(new URL(endpoint).port || 443), ALPNProtocols: ['h2'] },
    // Whoever uses it looks at what was found: an error would not tell which certificate it was.
    rejectUnauthorized: false,
    ...(tls?.rootCertificate && { ca: tls.rootCertificate }),
    ...(tls?.certChain && { cert: tls.certChain, key: tls.privateKey }),
  });

/**
 * Whether something speaks HTTP/2 there, as etcd does at once: what is stopped takes connections, and says nothing.
 * Nothing is asked of it, so it is told nothing either before its certificate is known.
 *
 * @param tls for an address of https
 * @throws the signal's reason when it aborts meanwhile
 */
export const handshake = (
  endpoint: string,
  tls: EtcdTls | undefined,
  files: EtcdTlsFiles,
  { withinMs, signal }: LookLimits,
): Promise<Handshake> =>
  new Promise((answer, refuse) => {
    const within = `within ${String(withinMs / 1000)} s`;
    const secure = endpoint.startsWith('https:') ? secureSocket(endpoint, tls) : undefined;
    let session: ClientHttp2Session | undefined;
    let isHandshake = false;
    const hangUp = (): void => {
      clearTimeout(silence);
      heed();
      session?.destroy();
      secure?.destroy();
    };
    const done = (result: Handshake): void => {
      hangUp();
      answer(result);
    };
    let silence = setTimeout(() => done({ kind: 'unreachable', message: `no answer ${within}` }), withinMs);
    const failed = (error: CodedError): void => done(explained(error, isHandshake, files));
    const connected = (): void => {
      clearTimeout(silence);
      const message = `it takes connections and says nothing ${within}: it is stopped, or no etcd`;
      const hint = secure ? '' : ', or is it https?';
      silence = setTimeout(() => done({ kind: 'silent', message: `${message}${hint}` }), withinMs);
    };
    const speak = (options: Parameters<typeof connectHttp2>[1]): void => {
      session = connectHttp2(endpoint, options);
      session.once('connect', connected).once('remoteSettings', () => done({ kind: 'spoken' }));
      session.on('error', failed);
    };
    const heed = onAbort(signal, () => {
      hangUp();
      refuse(signal.reason as Error);
    });
    if (secure === undefined) return speak({});
    secure.on('error', failed).once('connect', connected);
    secure.once('connect', () => (isHandshake = true));
    secure.once('secureConnect', () => {
      isHandshake = false;
      if (!secure.authorized) return done({ kind: 'distrusted', message: etcdsOwn(secure, hostOf(endpoint), files) });
      speak({ createConnection: () => secure });
    });
  });
