// The SDK's checks of a gRPC-Web server.

import type { Check } from "./check.ts";
import { answers } from "./checks/answers.ts";
import { ends } from "./checks/ends.ts";
import { errors } from "./checks/errors.ts";
import { pages } from "./checks/pages.ts";

export const checks: readonly Check[] = [...answers, ...errors, ...ends, ...pages];
