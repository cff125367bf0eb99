import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/** The picture of the README, `npm run docs:picture`: the demo's report as Chromium shows it. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const WIDTH = 1100;
const HEIGHT = 760;

/** Runs the demo, and draws the first screen of its report. @throws when there is no Chromium, or the demo failed */
async function drawReport(out: string): Promise<void> {
  if (!existsSync(CHROMIUM))
    throw new Error(`${CHROMIUM} is not there: apt-get install chromium, or give its path in CHROMIUM`);
  const folder = mkdtempSync(join(tmpdir(), "images-"));
  try {
    const demo = spawnSync(process.execPath, ["--no-warnings", "--import=tsx", resolve("cli/demo.ts")], {
      encoding: "utf8",
    });
    if (demo.status !== 0) throw new Error(`the demo ended with ${demo.status}: ${demo.stderr}`);
    const report = join(folder, "report.html");
    copyFileSync(".sandbox/demo/report.html", report);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--headless", "--no-sandbox"] });
    try {
      const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
      await page.goto(pathToFileURL(report).href);
      await page.waitForSelector("html[data-drawn]");
      mkdirSync(join(out, ".."), { recursive: true });
      await page.screenshot({ path: out });
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await drawReport("docs/images/report.png");
