import { lookup } from "node:dns/promises";
import { connect, isIP } from "node:net";
import { failed, ok, type Report } from "../report.ts";
import { Silence, within } from "../wire/limit.ts";
import { hostOf, portOf, type Subject } from "../subject.ts";
import { rootCause } from "../../errors/root_cause.ts";

/** The most addresses that are tried. */
const MOST_ADDRESSES = 8;

/** Whether the name of the host has addresses. */
export async function lookAtName(subject: Subject): Promise<Report> {
  const host = hostOf(subject.url!);
  if (isIP(host) !== 0) {
    subject.addresses = [host];
    return ok(`${host} is an address: there is no name to look up.`, { addresses: [host] });
  }
  try {
    const found = await within(subject.limit, () => lookup(host, { all: true }));
    subject.addresses = [...new Set(found.map(({ address }) => address))].slice(0, MOST_ADDRESSES);
  } catch (error) {
    const isUnknown = /ENOTFOUND|ENODATA/.test(`${(error as { code?: unknown }).code}`);
    return failed(
      "connection_error",
      isUnknown
        ? `There is no host named ${host}.`
        : `${host} cannot be looked up: ${rootCause(error)}.`,
      isUnknown
        ? "Check the spelling of the endpoint; a name of a private network is known only inside it."
        : "Check the network: the name server does not answer.",
    );
  }
  const { addresses } = subject;
  return ok(`${host} is ${addresses.join(", ")}.`, { addresses });
}

/** Whether somebody accepts connections at the port. */
export async function lookAtPort(subject: Subject): Promise<Report> {
  const { addresses, limit, url } = subject;
  const port = portOf(url!);
  const tries = await Promise.all(addresses.map(async (address) => {
    const start = performance.now();
    try {
      await within(limit, (over) => accepted(address, port, over));
      return { address, ms: Math.round(performance.now() - start) };
    } catch (error) {
      return { address, error };
    }
  }));
  const first = tries.find(({ error }) => error === undefined);
  if (first !== undefined) {
    subject.address = first.address;
    const silent = tries.filter(({ error }) => error !== undefined).map(({ address }) => address);
    const rest = silent.length === 0 ? "" : `, but not ${silent.join(", ")}`;
    return ok(`${first.address} accepts connections at port ${port} (${first.ms} ms)${rest}.`, {
      address: first.address,
      ms: first.ms,
      silent,
    });
  }
  const [{ error } = { error: undefined }] = tries;
  const names = addresses.join(", ");
  if (error instanceof Silence) {
    return failed(
      "timeout",
      `${names} does not answer at port ${port} within ${limit.ms} ms.`,
      "Check address and port; a firewall on the way may swallow what is sent.",
    );
  }
  if ((error as { code?: unknown }).code === "ECONNREFUSED") {
    return failed(
      "connection_error",
      `Nobody listens at port ${port} of ${names}.`,
      "Check the port, and that the service or its gateway is running.",
    );
  }
  return failed(
    "connection_error",
    `${names} cannot be reached at port ${port}: ${rootCause(error)}.`,
    "Check the network, and what stands between: a firewall, a VPN, a proxy.",
  );
}

function accepted(host: string, port: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    over.addEventListener("abort", () => socket.destroy());
    socket.on("error", reject);
    socket.on("connect", () => resolve());
  });
}
