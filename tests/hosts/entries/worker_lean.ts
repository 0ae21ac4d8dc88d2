// workerd with the lean client.

import { Client } from "@tsetsen/sdk/lean";
import { serveCases } from "./serve_cases.ts";

export default serveCases({ Client });
