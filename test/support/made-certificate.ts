import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/*
 * X.509 certificates (RFC 5280), made of a dozen fields, so that tests need no tool for them.
 */

const der = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const time = (at: Date): Buffer => der(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, '')));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const namesOf = (...names: readonly Buffer[]): Buffer => sequence(oid('551d11'), der(0x04, sequence(...names)));
/** For localhost and 127.0.0.1. */
const here = namesOf(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
/** May sign others: an extension that is critical. */
const isAuthority = sequence(
  oid('551d13'),
  der(0x01, Buffer.from([255])),
  der(0x04, sequence(der(0x01, Buffer.from([255])))),
);

export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends MadeCertificate {
  readonly name: string;
}

export interface CertificateKind {
  /** Who signs it; itself unless given. */
  readonly signedBy?: Authority;
  readonly isAuthority?: boolean;
  /** A name in place of localhost and 127.0.0.1. */
  readonly host?: string;
}

const day = 86_400_000;

/** A certificate with its key, as PEM. @param from days from now at which it begins, @param to at which it ends */
export const makeCertificate = (name: string, from = -1, to = 1, kind: CertificateKind = {}): MadeCertificate => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [begin, end] = [from, to].map((days) => time(new Date(Date.now() + days * day)));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(kind.signedBy?.name ?? name),
    sequence(begin!, end!),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(kind.isAuthority ? isAuthority : kind.host ? namesOf(der(0x82, Buffer.from(kind.host))) : here)),
  );
  const whole = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, kind.signedBy?.key ?? privateKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g)!;
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};

/** One that may sign others. */
export const makeAuthority = (name: string, from = -1, to = 1): Authority => ({
  ...makeCertificate(name, from, to, { isAuthority: true }),
  name,
});
