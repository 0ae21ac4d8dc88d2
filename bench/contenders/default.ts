import { Client } from "../../mod.ts";
import type { Open } from "./contender.ts";
import { openSdk } from "./sdk.ts";

/** The client of `@tsetsen/sdk`. In a checkout of an earlier state, the client of that state. */
export const open: Open = openSdk(Client);
