// The servers of Java. Maven brings their packages and the protoc that generates their messages.

import { ROOT, run } from "../hosts/tools.ts";
import type { Gateway } from "./gateways.ts";
import { startServer } from "./server.ts";
import { FOLDER } from "./tools.ts";

/** The versions of `servers/java/pom.xml`. */
const VERSIONS = { armeria: "1.36.0", vertx: "5.0.7" };
const SOURCES = "src/main/java/gateways";

/** Armeria and Vert.x, built from the project's contract. */
export async function java(): Promise<Gateway[]> {
  const folder = `${FOLDER}/java`;
  const from = `${ROOT}tests/gateways/servers/java`;
  await Deno.mkdir(`${folder}/${SOURCES}`, { recursive: true });
  await Deno.mkdir(`${folder}/proto`, { recursive: true });
  await Deno.copyFile(`${from}/pom.xml`, `${folder}/pom.xml`);
  for await (const { name } of Deno.readDir(`${from}/${SOURCES}`)) {
    await Deno.copyFile(`${from}/${SOURCES}/${name}`, `${folder}/${SOURCES}/${name}`);
  }
  await Deno.copyFile(
    `${ROOT}proto/tsetsen/api/v1/tsetsen_tts.proto`,
    `${folder}/proto/tsetsen_tts.proto`,
  );
  const maven = ["mvn", "--quiet", "--batch-mode", "compile", "dependency:build-classpath"];
  await run([...maven, "-Dmdep.outputFile=classpath"], folder);
  const path = `target/classes:${await Deno.readTextFile(`${folder}/classpath`)}`;
  const server = (name: string, version: string, setting: string, argument: string): Gateway => ({
    name,
    version,
    setting,
    start: () =>
      startServer("java", [
        "-cp",
        path.replace("target", `${folder}/target`),
        "gateways.Main",
        argument,
      ]),
  });
  return [
    server(
      "Armeria",
      VERSIONS.armeria,
      "`requestTimeoutMillis(0)` for streams; a CORS decorator for pages",
      "armeria",
    ),
    server(
      "Vert.x",
      VERSIONS.vertx,
      "`response().exceptionHandler()`, because the handlers of the request are **never** told that the caller is gone; `setScheduleDeadlineAutomatically(true)` and `request.deadline().onSuccess()`; a CORS handler for pages",
      "vertx",
    ),
  ];
}
