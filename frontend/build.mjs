// Builds static/dist: one bundle for every page, one for pages with charts, one icon sprite.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import esbuild from "esbuild";

const OUT = "static/dist";
const ICONS = "node_modules/@tabler/icons/icons";

const options = {
  entryPoints: ["app.js", "theme.js", "charts.js", "app.css", "error.css"].map((f) => `frontend/${f}`),
  outdir: OUT,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "chrome123", "firefox128", "safari17.5"],
  legalComments: "linked",
  logLevel: "warning",
};

async function symbol(name) {
  const file = name.endsWith("-filled") ? `filled/${name.slice(0, -7)}` : `outline/${name}`;
  const svg = await readFile(`${ICONS}/${file}.svg`, "utf8");
  const body = svg
    .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "")
    .replace(/\s*\n\s*/g, "");
  const paint = file.startsWith("filled/")
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`;
}

async function sprite() {
  const names = JSON.parse(await readFile("frontend/icons.json", "utf8"));
  const symbols = await Promise.all(names.map(symbol));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(`${OUT}/icons.svg`, svg);
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
await sprite();

if (process.argv.includes("--watch")) {
  const context = await esbuild.context({ ...options, logLevel: "info" });
  await context.watch();
} else {
  await esbuild.build(options);
}
