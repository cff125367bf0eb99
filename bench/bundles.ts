import { bundleLoads } from "./bundleLoads.ts";

/** Size and load time of every function's bundle, as a Markdown table: `npm run bench:bundles`. */
const kb = (bytes: number) => Math.round(bytes / 1000);
const rows = [...bundleLoads()].map(
  ({ name, services, bytes, gzipped, ms }) =>
    `| ${name} | ${services.join(", ")} | ${kb(bytes)} | ${kb(gzipped)} | ${Math.round(ms)} |`,
);
process.stdout.write(
  ["| function | services | KB | KB gzipped | load ms |", "|---|---|---:|---:|---:|", ...rows, ""].join("\n"),
);
