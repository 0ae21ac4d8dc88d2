// A Worker, which answers what is wrong.

import { inside } from "../service.ts";
import { runSuites } from "./run_suites.ts";

export default {
  async fetch(): Promise<Response> {
    return Response.json(await runSuites(inside).catch((error) => [`${error?.stack ?? error}`]));
  },
};
