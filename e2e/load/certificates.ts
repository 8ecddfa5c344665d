/** X.509 certificates made when they are needed, so that none is kept that could be taken for more than a test's. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  /** Its own certificate, for those who are to trust it. */
  readonly certificate: string;
}

export interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
}

const dayMs = 86_400_000;

export function createAuthority(name: string): Authority {
  const keys = newKeys();
  const certificate = encodeCertificate({
    subject: name,
    publicKey: keys.publicKey,
    issuer: { name, key: keys.privateKey },
    validFrom: new Date(Date.now() - dayMs),
    validTo: new Date(Date.now() + dayMs),
    // Basic constraints, critical: an authority.
    extension: sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), octets(sequence(yes))),
  });
  return { name, key: keys.privateKey, certificate };
}

/** For a server that is reached as `dnsName`; expired yesterday, if so wished. */
export function issueTo(authority: Authority, dnsName: string, { expired = false } = {}): ServerIdentity {
  const keys = newKeys();
  const cert = encodeCertificate({
    subject: dnsName,
    publicKey: keys.publicKey,
    issuer: authority,
    validFrom: new Date(Date.now() - 3 * dayMs),
    validTo: new Date(Date.now() + (expired ? -dayMs : dayMs)),
    // Subject alternative name: what clients compare with whom they wanted to reach.
    extension: sequence(oid('551d11'), octets(sequence(der(0x82, Buffer.from(dnsName))))),
  });
  return { key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface CertificateParts {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: Pick<Authority, 'name' | 'key'>;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly extension: Buffer;
}

/** RFC 5280 §4.1. */
function encodeCertificate({ subject, publicKey, issuer, validFrom, validTo, extension }: CertificateParts) {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  // Positive, and of no leading zero.
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const toBeSigned = sequence(
    version3,
    serial,
    ecdsaWithSha256,
    commonName(issuer.name),
    sequence(utcTime(validFrom), utcTime(validTo)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', toBeSigned, issuer.key);
  const whole = sequence(
    toBeSigned,
    ecdsaWithSha256,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** A value with its tag and length, X.690 §8.1. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

/** An object identifier, given as its encoded bytes. */
function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
}

const yes = der(0x01, Buffer.from([0xff]));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
