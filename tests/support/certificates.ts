// Certificates for servers of tests: an authority of its own, and a leaf for each name (Deno refuses a self-signed
// authority as a server's certificate).

export interface Certificates {
  /** The authority, in PEM form: what a client trusts. */
  readonly ca: string;
  /** A certificate and its key for a host, in PEM form. */
  leaf(host: string): Promise<{ cert: string; key: string }>;
}

/** Makes an authority that is valid for two days. */
export async function makeAuthority(): Promise<Certificates> {
  const folder = await Deno.makeTempDir();
  const file = (name: string) => `${folder}/${name}.pem`;
  const newKey = (name: string) => ["-newkey", "rsa:2048", "-nodes", "-keyout", file(name)];
  await openssl(
    ["req", "-x509", ...newKey("ca-key"), "-out", file("ca"), "-days", "2"],
    ["-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE"],
  );
  let count = 0;
  return {
    ca: await Deno.readTextFile(file("ca")),
    async leaf(host) {
      const [key, cert] = [`key-${++count}`, `cert-${count}`];
      const kind = /^[\d.]+$/.test(host) ? "IP" : "DNS";
      await openssl(
        ["req", "-x509", ...newKey(key), "-out", file(cert), "-days", "1"],
        ["-CA", file("ca"), "-CAkey", file("ca-key"), "-subj", `/CN=${host}`],
        ["-addext", `subjectAltName=${kind}:${host}`],
        ["-addext", "basicConstraints=critical,CA:FALSE"],
      );
      return { cert: await Deno.readTextFile(file(cert)), key: await Deno.readTextFile(file(key)) };
    },
  };
}

async function openssl(...args: string[][]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: args.flat() }).output();
  if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
}
