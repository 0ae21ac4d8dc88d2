// Chromium with the lean client.

import { Client } from "@tsetsen/sdk/lean";
import { runInPage } from "./run_in_page.ts";

await runInPage({ Client });
