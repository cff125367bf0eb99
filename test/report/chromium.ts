import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { writeHtml } from "../../src/report/html.ts";
import type { Report } from "../../src/report/model.ts";

export const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page of a report as a browser shows it. */
export interface Shown {
  page: Page;
  /** What the page asked for beside itself, and what went wrong in it. */
  requests: string[];
  errors: string[];
}

/** A browser that opens reports from files, as whoever is handed one does. */
export async function reader() {
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const folder = await mkdtemp(join(tmpdir(), "report-"));
  let files = 0;
  return {
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    },
    open: async (report: Report, options: BrowserContextOptions = {}): Promise<Shown> => {
      const path = join(folder, `${files++}.html`);
      const portions: string[] = [];
      await writeHtml(report, (text) => void portions.push(text));
      await writeFile(path, portions.join(""));
      return shownIn(browser, path, options);
    },
    /** A page that a command wrote. */
    openFile: (path: string): Promise<Shown> => shownIn(browser, path, {}),
  };
}

async function shownIn(browser: Browser, path: string, options: BrowserContextOptions): Promise<Shown> {
  const url = pathToFileURL(path).href;
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  // What tests run in the page is compiled like all of them, and refers to this helper of the compiler.
  await page.addInitScript("globalThis.__name = (value) => value");
  const [requests, errors]: [string[], string[]] = [[], []];
  page.on("request", (request) => request.url() !== url && requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("dialog", (dialog) => {
    errors.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  await page.waitForSelector("html[data-drawn]");
  return { page, requests, errors };
}
