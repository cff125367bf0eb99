import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Report } from "./model.ts";
import { pack } from "./pack.ts";
import type { Write } from "./writer.ts";

const PAGE = new URL("./page/", import.meta.url);

/**
 * The report as one HTML file that loads nothing: its policy allows the one script and the one style sheet that are in
 * it, by hash, and no connection at all. What the evidence says is data, and never markup.
 */
export async function writeHtml(report: Report, write: Write): Promise<void> {
  const [script, style] = [await pageScript(), readFileSync(new URL("page.css", PAGE), "utf8")];
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  await write(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Audit of ${report.run.started_at.slice(0, 10)}, run ${text(report.run.run_id)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<div id="page"><noscript><p class="notice">This report draws itself with the script it contains; with scripts off it stays empty. The same in text: itaudit report ${text(report.run.run_id)} --format csv</p></noscript></div>
<script type="application/json" id="report">`);
  await write(scriptJson(await pack(report)));
  await write(`</script>
<script type="module">${script}</script>
</body>
</html>
`);
}

/** JSON that cannot end the script element it stands in, nor open a comment. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const text = (value: string): string => value.replace(/[&<>"']/g, (each) => ENTITIES[each]!);

const hashOf = (content: string): string => `sha256-${createHash("sha256").update(content).digest("base64")}`;

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    // main.ts in a checkout, main.js as published.
    entryPoints: [fileURLToPath(new URL("main", PAGE))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "none",
  });
  return outputFiles[0]!.text.trim();
}
