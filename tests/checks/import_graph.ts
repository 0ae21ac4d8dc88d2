// Which file of the package imports which, as deno itself resolves it, and the rules for that.

/** The imports of each file, types included: paths from the root, or specifiers such as `node:fs`. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/** Reads the imports of everything that the given files lead to. */
export async function readGraph(root: URL, files: readonly string[]): Promise<ImportGraph> {
  const graph = new Map<string, string[]>();
  const short = (specifier: string) => specifier.replace(root.href, "");
  for (const file of files) {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", file],
      cwd: root,
      stderr: "inherit",
    });
    const { stdout } = await command.output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Info;
    for (const { specifier, dependencies = [] } of modules) {
      if (!specifier.startsWith(root.href)) continue;
      const imports = dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier]);
      const named = imports.filter((name) => name !== undefined).map(short);
      graph.set(short(specifier), [...new Set(named)].sort());
    }
  }
  return graph;
}

/** The layers of the core, each of which imports only itself and what stands before it. */
const LAYERS: readonly RegExp[] = [
  /^src\/lib\//,
  /^src\/contract\//,
  /^src\/transport\//,
  /^src\/call\//,
  /^src\/audio\//,
  /^src\/[^/]+$/,
];

/** Lists each import that breaks the rules, a line each. */
export function violations(graph: ImportGraph): string[] {
  const found: string[] = cycles(graph).map((cycle) => `${cycle.join(" → ")} is a cycle`);
  for (const [file, imports] of graph) {
    for (const name of imports) {
      const wrong = (rule: string) => found.push(`${file} imports ${name}: ${rule}`);
      const layer = layerOf(file);
      if (layer >= 0) {
        const other = layerOf(name);
        if (other > layer) wrong("a layer imports only what stands before it");
        if (other < 0 && /^src\/.+\//.test(name)) wrong("the core imports no capability");
        if (/^(node|bun|jsr|https?):/.test(name)) wrong("the core is the same on every runtime");
      }
      if (/^(tests|examples|bench|\.ci)\//.test(name)) wrong("the package stands by itself");
    }
  }
  return found;
}

function layerOf(file: string): number {
  return LAYERS.findIndex((layer) => layer.test(file));
}

function cycles(graph: ImportGraph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  function visit(file: string, path: readonly string[]): void {
    const start = path.indexOf(file);
    if (start >= 0) {
      found.push([...path.slice(start), file]);
      return;
    }
    if (done.has(file)) return;
    for (const name of graph.get(file) ?? []) visit(name, [...path, file]);
    done.add(file);
  }
  for (const file of graph.keys()) visit(file, []);
  return found;
}
