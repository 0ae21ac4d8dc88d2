// An authority of the tests' own and a certificate by it. Deno refuses an authority's own certificate as a server's.

import { X509Certificate } from "node:crypto";
import { run } from "../hosts/tools.ts";

/** The files, and what runtimes are told to trust. */
export interface Certificates {
  /** Paths of PEM files. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** The hash by which Chromium is told to trust the certificate. */
  readonly spki: string;
}

/**
 * Makes both, for localhost and 127.0.0.1, valid for two days.
 *
 * @throws {Deno.errors.NotFound} when there is no openssl.
 */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await run(["openssl", "version"]).catch(() => {
    throw new Deno.errors.NotFound("no openssl: install the package openssl");
  });
  const file = (name: string) => `${folder}/${name}`;
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  await run([
    ...["openssl", "req", "-x509", ...key, "-subj", "/CN=Tests of the Tsetsen SDK"],
    ...["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"],
    ...["-keyout", file("ca.key"), "-out", file("ca.crt")],
  ]);
  await run([
    ...["openssl", "req", "-x509", ...key, "-subj", "/CN=localhost"],
    ...["-CA", file("ca.crt"), "-CAkey", file("ca.key")],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "extendedKeyUsage=serverAuth"],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", file("tls.key"), "-out", file("tls.crt")],
  ]);
  const { publicKey } = new X509Certificate(await Deno.readTextFile(file("tls.crt")));
  const der = publicKey.export({ type: "spki", format: "der" });
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(der)));
  return {
    ca: file("ca.crt"),
    cert: file("tls.crt"),
    key: file("tls.key"),
    spki: btoa(String.fromCharCode(...hash)),
  };
}
