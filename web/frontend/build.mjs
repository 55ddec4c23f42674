// node build.mjs FOLDER: bundle the entry points under names that contain a hash of their content.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const [, , folder] = process.argv;
if (!folder) throw new Error("Name the folder of the bundles: node build.mjs FOLDER");
const entryPoints = { editor: "src/editor.js", graph: "src/graph.js", fonts: "src/fonts.css" };

const { metafile } = await build({
  entryPoints,
  outdir: folder,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  loader: { ".woff2": "file" },
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});

// manifest.json: entry point → file, and the files it imports (to preload them).
/** @type {Record<string, { file: string, imports: string[] }>} */
const manifest = {};
for (const [path, output] of Object.entries(metafile.outputs)) {
  if (!output.entryPoint) continue;
  manifest[basename(output.entryPoint)] = {
    file: basename(path),
    imports: output.imports.filter((file) => !file.external).map((file) => basename(file.path)),
  };
}
// The upright font is preloaded. It is `optional`, so pages do not shift when it loads late.
const font = Object.keys(metafile.outputs).find((path) => /wght-normal-\w+\.woff2$/.test(path));
if (!font) throw new Error("src/fonts.css names no upright font.");
manifest["font.woff2"] = { file: basename(font), imports: [] };

// libraries.json: the bundled libraries, for /about and for the test of licenses.
const inside = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const names = new Set(Object.keys(metafile.inputs).map((path) => path.match(inside)?.[1]).filter(Boolean));
const libraries = await Promise.all([...names].sort().map(async (name) => {
  const { version, license } = JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
  return { name, version, license };
}));

// licenses.txt: the license texts, included in every copy.
const texts = await Promise.all(libraries.map(async ({ name, version }) => {
  const home = `node_modules/${name}`;
  const file = (await readdir(home)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(home, file), "utf8") : "See its package.\n";
  return `${name} ${version}\n\n${text.trim()}\n`;
}));

await mkdir(folder, { recursive: true });
await writeFile(join(folder, "licenses.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest, null, 1));
await writeFile(join(folder, "libraries.json"), JSON.stringify(libraries, null, 1));

// Compressed once here, never per request: WhiteNoise serves name.br and name.gz by Accept-Encoding.
for (const name of await readdir(folder)) {
  if (!/\.(js|css)$/.test(name)) continue;
  const body = await readFile(join(folder, name));
  await writeFile(join(folder, `${name}.gz`), gzipSync(body, { level: 9 }));
  await writeFile(join(folder, `${name}.br`), brotliCompressSync(body));
}
