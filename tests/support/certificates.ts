// Certificates for servers of tests: an authority of its own, and a leaf for each name (Deno refuses a self-signed
// authority as a server's certificate).

export interface Certificates {
  /** The authority, in PEM form: what a client trusts. */
  readonly ca: string;
  /** A certificate and its key for a host, in PEM form. */
  leaf(host: string): Promise<Leaf>;
  /** One that has expired years ago. */
  expired(host: string): Promise<Leaf>;
  /** One that nobody vouches for but itself. */
  selfSigned(host: string): Promise<Leaf>;
}

/** A certificate and its key, in PEM form. */
export interface Leaf {
  readonly cert: string;
  readonly key: string;
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
  const alternative = (host: string) => `${/^[\d.]+$/.test(host) ? "IP" : "DNS"}:${host}`;
  const make = async (host: string, ...signer: string[]) => {
    const [key, cert] = [`key-${++count}`, `cert-${count}`];
    await openssl(
      ["req", "-x509", ...newKey(key), "-out", file(cert), "-days", "1"],
      [...signer, "-subj", `/CN=${host}`, "-addext", `subjectAltName=${alternative(host)}`],
      ["-addext", "basicConstraints=critical,CA:FALSE"],
    );
    return await read(cert, key);
  };
  const read = async (cert: string, key: string): Promise<Leaf> => ({
    cert: await Deno.readTextFile(file(cert)),
    key: await Deno.readTextFile(file(key)),
  });
  return {
    ca: await Deno.readTextFile(file("ca")),
    leaf: (host) => make(host, "-CA", file("ca"), "-CAkey", file("ca-key")),
    selfSigned: (host) => make(host),
    async expired(host) {
      const [key, cert, request] = [`key-${++count}`, `cert-${count}`, `request-${count}`];
      await openssl(["req", ...newKey(key), "-out", file(request), "-subj", `/CN=${host}`]);
      // Of the commands of openssl only this one takes dates of the past.
      const config = `${folder}/ca.conf`;
      await Deno.writeTextFile(`${folder}/index`, "");
      await Deno.writeTextFile(
        config,
        `[ca]\ndefault_ca=it\n[it]\ndatabase=${folder}/index\nnew_certs_dir=${folder}\n` +
          "rand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n" +
          `[leaf]\nsubjectAltName=${alternative(host)}\nbasicConstraints=critical,CA:FALSE\n`,
      );
      await openssl(
        ["ca", "-batch", "-notext", "-config", config, "-extensions", "leaf"],
        ["-in", file(request), "-out", file(cert), "-cert", file("ca"), "-keyfile", file("ca-key")],
        ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"],
      );
      return await read(cert, key);
    },
  };
}

async function openssl(...args: string[][]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: args.flat() }).output();
  if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
}
