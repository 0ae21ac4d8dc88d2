// workerd.

import { serveCases } from "./serve_cases.ts";

export default serveCases();
