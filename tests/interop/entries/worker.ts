// workerd: a Worker that runs one case a request, as no Worker's request lives for minutes.

import { runOne } from "../../hosts/runner.ts";
import { suite } from "../suite.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { index, context } = await request.json();
    return Response.json(await runOne(suite[index]!, context));
  },
};
