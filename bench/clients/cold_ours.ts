import { Client } from "../../mod.ts";

/** Makes a client and its first call. */
export async function firstCall(endpoint: string): Promise<number> {
  const apiKey = "tsetsen-development-benchmark";
  const client = new Client({ apiKey, endpoint, secure: false });
  return (await client.checkStatus("job")).status;
}
