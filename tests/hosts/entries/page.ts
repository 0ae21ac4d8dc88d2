// Chromium.

import { runInPage } from "./run_in_page.ts";

await runInPage();
