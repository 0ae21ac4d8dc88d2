import { Client } from "../../src/lean/mod.ts";
import type { Open } from "./contender.ts";
import { openSdk } from "./sdk.ts";

/** The client of `@tsetsen/sdk/lean`. */
export const open: Open = openSdk(Client);
