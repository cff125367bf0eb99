import { existsSync } from "node:fs";
import { expect } from "chai";
import type { Difference } from "../../src/query/diff.ts";
import { CHROMIUM, reader, type Shown } from "./chromium.ts";
import { anomaly, control, finding, largeReport, RUN, report, SINCE } from "./sampleReport.ts";

const HOSTILE = [
  "</script><script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "<!--<script>",
  '=HYPERLINK("http://evil.example")',
  "\u2028'` + alert(3) + `",
];

const changed: Difference = {
  kind: "changed",
  resource_type: "AWS::RDS::DBInstance",
  account_id: "111111111111",
  region: "eu-central-1",
  resource_id: "orders",
  arn: null,
  name: null,
  tags: {},
  changes: [{ path: "PubliclyAccessible", before: false, after: true }],
  unread: [],
};

describe("the report's page in Chromium", function () {
  this.timeout(120_000);
  let browser: Awaited<ReturnType<typeof reader>>;
  let shown: Shown;
  before(async function () {
    if (!existsSync(CHROMIUM) && !process.env.CI) {
      console.log(`      skipped: there is no ${CHROMIUM}; apt-get install chromium`);
      this.skip();
    }
    browser = await reader();
  });
  after(() => browser?.close());
  afterEach(() => shown?.page.close());

  const main = () => shown.page.locator("main");
  const rowsShown = () => shown.page.locator("#findings tbody tr:not(.spacer)");
  const said = () => shown.page.locator(".finding-count").textContent();

  it("opens with integrity and coverage, before the findings, and asks for nothing", async () => {
    shown = await browser.open(report());
    const order = await main()
      .locator("section")
      .evaluateAll((sections) => sections.map(({ id }) => id));
    expect(order).to.deep.equal(["integrity", "coverage", "findings", "controls", "anomalies", "inventory", "changes"]);
    expect(await shown.page.locator("#integrity").textContent()).to.include("The evidence is as it was sealed.");
    expect(await shown.page.locator("#coverage").textContent())
      .to.include("6 planned items could not be read")
      .and.include("333333333333 · rds, iam, s3 AssumeRole: AccessDenied");
    expect([shown.requests, shown.errors]).to.deep.equal([[], []]);
  });

  it("says that the evidence is not as sealed, and names each object", async () => {
    const { integrity } = report();
    const found = { kind: "altered", key: "evidence/x", problem: "it is not what was sealed" } as const;
    shown = await browser.open(report({ integrity: { ...integrity, holds: false, violations: 1, findings: [found] } }));
    const section = await shown.page.locator("#integrity").textContent();
    expect(section).to.include("The evidence is not as it was sealed").and.include("evidence/x");
    expect(await shown.page.locator(".tile.bad").first().textContent()).to.include("Violated");
  });

  it("says before anything else that a run was narrowed", async () => {
    const { run } = report();
    shown = await browser.open(report({ run: { ...run, narrowed: ["accounts", "regions"] } }));
    const first = await shown.page.locator("main > *").first().textContent();
    expect(first).to.include("This run was narrowed to some accounts and regions.");
  });

  it("shows a resource by its name, and its id where one looks closer", async () => {
    const resource = {
      resource_type: "AWS::IAM::ManagedPolicy",
      resource_id: "ANPAEXAMPLE",
      arn: "arn:aws:iam::111111111111:policy/deploy",
      name: "deploy",
    };
    shown = await browser.open(report({ findings: [finding({ resource })] }));
    const opener = shown.page.locator("#findings button.open").first();
    expect(await opener.textContent()).to.equal("deploy");
    await opener.click();
    expect(await shown.page.locator("dialog").textContent()).to.include("ANPAEXAMPLE");
  });

  it("shows anomalies, in what they differ, and where the evidence has them", async () => {
    shown = await browser.open(report({ anomalies: { count: 2, listed: [anomaly()] } }));
    const section = shown.page.locator("#anomalies");
    expect(await section.textContent())
      .to.include("2 resources of this run")
      .and.include("the first 1 are listed")
      .and.include('Engine = "oracle-ee" (usual "postgres"; 0.6 % have such)');
    await section.locator("button.open").first().click();
    expect(await shown.page.locator("dialog").textContent()).to.include("| gunzip | sed -n 9p");
  });

  it("says where a run's tables know no anomalies", async () => {
    shown = await browser.open(report({ anomalies: undefined }));
    expect(await shown.page.locator("#anomalies").textContent()).to.include("itaudit tables build");
  });

  it("its policy lets no other script run, and no connection be made", async () => {
    shown = await browser.open(report());
    const [ran, fetched] = await shown.page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "document.documentElement.dataset.ran = 'yes'";
      document.body.append(script);
      const answer = await fetch("http://127.0.0.1:9/").then(
        () => "an answer",
        () => "refused",
      );
      return [document.documentElement.dataset.ran, answer];
    });
    expect([ran, fetched]).to.deep.equal([undefined, "refused"]);
    expect(shown.errors.join("\n")).to.match(/Content Security Policy/);
  });

  for (const text of HOSTILE)
    it(`shows ${JSON.stringify(text)} as the text that it is, wherever it stands`, async () => {
      const resource = { resource_type: text, resource_id: text, arn: `arn:aws:x:::${text}`, name: text };
      shown = await browser.open(
        report({
          controls: [control({ title: text, rationale: text })],
          findings: [finding({ resource, reason: text })],
          excluded: [{ account_id: "444444444444", reason: text }],
          anomalies: {
            count: 1,
            listed: [anomaly({ name: text, reasons: [{ feature: text, value: text, usual: null, share: 1 }] })],
          },
          inventory: [{ resource_type: text, account_id: text, region: text, items: 1 }],
          coverage: [
            {
              account: text,
              auditor: "rds",
              items: 0,
              statuses: { denied: 1 },
              listings: { planned: 1, whole: 0, not_asked: 0 },
              reasons: [text],
              notes: [text],
            },
          ],
          changes: {
            since: SINCE,
            since_started_at: "2026-11-23T10:00:00.000Z",
            counts: { added: 0, removed: 0, changed: 1, "not observed": 0 },
            differences: [{ ...changed, changes: [{ path: text, before: text, after: 1 }] }],
          },
        }),
      );
      await shown.page.locator("#findings button.open").first().click();
      expect(await shown.page.locator("dialog h2").textContent()).to.equal(text);
      expect(await shown.page.locator("dialog").textContent()).to.include(`arn:aws:x:::${text}`);
      expect(await shown.page.locator("#coverage .reasons").textContent()).to.include(text);
      expect(await shown.page.locator("script, img, iframe, style").count()).to.equal(3);
      expect([shown.requests, shown.errors]).to.deep.equal([[], []]);
    });

  it("leads from a control to its findings, and from a finding to its evidence and the hash", async () => {
    const other = control({ id: "other", title: "Another thing holds" });
    shown = await browser.open(
      report({ controls: [control(), other], findings: [finding(), finding({ control: "other" })] }),
    );
    await shown.page.getByRole("button", { name: "Another thing holds" }).click();
    await shown.page.getByRole("button", { name: /^Show its finding$/ }).click();
    expect(await said()).to.equal("1 of 2 findings");
    await rowsShown().first().getByRole("button").click();
    const details = await shown.page.locator("dialog").textContent();
    expect(details).to.include("ab".repeat(32)).and.include("sed -n 7p").and.include("Another thing holds");
  });

  it("shows what is otherwise than in the run before", async () => {
    const counts = { added: 0, removed: 0, changed: 1, "not observed": 0 };
    const changes = { since: SINCE, since_started_at: "2026-11-23T10:00:00.000Z", counts, differences: [changed] };
    shown = await browser.open(report({ changes }));
    expect(await shown.page.locator("#changes tbody").textContent()).to.include("PubliclyAccessible: false → true");
  });

  it("is read by keyboard: skip link, arrow keys along the rows, details with Enter, back with Escape", async () => {
    shown = await browser.open(largeReport(500).report);
    const { keyboard } = shown.page;
    const focused = () => shown.page.evaluate(() => document.activeElement?.textContent ?? "");
    await keyboard.press("Tab");
    expect(await focused()).to.equal("Skip to the findings");
    await shown.page.locator("#findings button.open").first().focus();
    const first = await focused();
    for (const key of ["ArrowDown", "PageDown", "End"]) await keyboard.press(key);
    const last = await focused();
    expect(last).not.to.equal(first);
    expect(await shown.page.evaluate(() => document.activeElement?.closest("tr")?.ariaRowIndex)).to.equal("501");
    await keyboard.press("Enter");
    expect(await focused()).to.equal(last);
    expect(await shown.page.evaluate(() => document.activeElement?.tagName)).to.equal("H2");
    await keyboard.press("Escape");
    expect(await shown.page.evaluate(() => document.activeElement?.className)).to.equal("open");
    await keyboard.press("Home");
    expect(await focused()).to.equal(first);
  });

  it("tells assistive technology its landmarks, the whole length of tables, and what they are sorted by", async () => {
    shown = await browser.open(largeReport(500).report);
    for (const role of ["banner", "navigation", "main", "search"] as const)
      expect(await shown.page.getByRole(role).count(), role).to.equal(1);
    const table = shown.page.getByRole("table", { name: "Findings" });
    expect(await table.getAttribute("aria-rowcount")).to.equal("501");
    const sort = () => table.locator("th[data-key=account]").getAttribute("aria-sort");
    expect(await sort()).to.equal("none");
    await table.getByRole("button", { name: "Account" }).click();
    expect(await sort()).to.equal("ascending");
    await table.getByRole("button", { name: "Account" }).click();
    expect(await sort()).to.equal("descending");
    const unnamed = await shown.page
      .locator("button, a, input, select, table, dialog")
      .evaluateAll((all) =>
        all.flatMap((each) =>
          each.textContent?.trim() || each.ariaLabel || each.getAttribute("aria-labelledby") || each.closest("label")
            ? []
            : [each.outerHTML.slice(0, 100)],
        ),
      );
    expect(unnamed).to.deep.equal([]);
  });

  it("searches, filters and sorts 100,000 findings, of which it makes a screenful", async () => {
    const large = largeReport(100_000);
    shown = await browser.open(large.report);
    expect(await said()).to.equal("100,000 findings");
    expect(await rowsShown().count()).to.be.lessThan(80);
    const { account_id, resource } = large.findings[77_777]!;
    await shown.page.getByLabel("Search").fill(resource!.arn!.toUpperCase());
    await shown.page.waitForFunction(() => document.querySelector(".finding-count")!.textContent!.startsWith("1 of"));
    expect(await rowsShown().first().textContent())
      .to.include(resource!.resource_id)
      .and.include(account_id);
    await shown.page.getByRole("button", { name: "Clear" }).click();
    await shown.page.waitForFunction(
      () => document.querySelector(".finding-count")!.textContent === "100,000 findings",
    );
    await shown.page.locator("#findings").getByLabel("Status").selectOption("unknown");
    const unknown = large.findings.filter(({ status }) => status === "unknown").length;
    expect(await said()).to.equal(`${unknown.toLocaleString("en-US")} of 100,000 findings`);
    await shown.page.locator("#findings th[data-key=resource] button").click();
    const least = large.findings
      .filter(({ status }) => status === "unknown")
      .map((each) => each.resource!.resource_id)
      .sort()[0]!;
    expect(await rowsShown().first().locator("th").textContent()).to.equal(least);
    await shown.page.locator("#findings .scroll").evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
    await shown.page.waitForFunction(
      (last) => document.querySelector(`#findings tr[aria-rowindex="${last}"]`),
      unknown + 1,
    );
    expect(shown.errors).to.deep.equal([]);
  });

  it("says how many findings it leaves out, and where they are", async () => {
    const large = report();
    const controls = large.controls.map((each) => ({ ...each, verdicts: { ...each.verdicts, fail: 1_000_000 } }));
    shown = await browser.open({ ...large, controls });
    expect(await shown.page.locator("#findings .notice").textContent())
      .to.include("999,999 of 1,000,000 findings are not on this page.")
      .and.include("the first 200,000 findings of each control")
      .and.include(`itaudit report ${RUN} --format csv`);
    expect(await said()).to.equal("1 finding on this page, of 1,000,000");
    expect(await shown.page.locator('.tile[href="#findings"]').textContent()).to.include("1,000,000");
    await shown.page.locator("#controls button.open").first().click();
    await shown.page.getByRole("button", { name: "Show the first 200,000 of its 1,000,000 findings" }).click();
    expect(await rowsShown().count()).to.equal(1);
  });

  for (const [what, options] of [
    ["on a phone", { viewport: { width: 360, height: 740 } }],
    ["in the dark", { colorScheme: "dark" }],
    ["in the light", { colorScheme: "light" }],
  ] as const)
    it(`fits ${what}, with text that stands out from its ground`, async () => {
      shown = await browser.open(report({ controls: [control(), control({ id: "b", severity: "info" })] }), options);
      const { page } = shown;
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).to.equal(0);
      expect(await page.evaluate(leastContrast)).to.be.greaterThan(4.5);
    });

  it("prints its findings and not the filters", async () => {
    shown = await browser.open(largeReport(300).report);
    await shown.page.emulateMedia({ media: "print" });
    await shown.page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await rowsShown().count()).to.equal(300);
    expect(await shown.page.getByRole("search").isVisible()).to.equal(false);
  });

  it("prints the coverage of as many auditors as there are, in light, without running off the paper", async () => {
    const { run, coverage } = report();
    const auditors = Array.from({ length: 20 }, (_, index) => `auditor-${index}`);
    const cells = auditors.map((auditor) => ({ ...coverage[0]!, auditor }));
    shown = await browser.open(report({ run: { ...run, auditors }, coverage: cells }), {
      colorScheme: "dark",
      viewport: { width: 760, height: 1000 },
    });
    const { page } = shown;
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).to.equal(0);
    const last = page.locator("#coverage tbody tr:not(.spacer) td").last();
    expect(await last.evaluate((cell) => getComputedStyle(cell, "::before").content)).to.equal('"auditor-19"');
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).to.equal("light");
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).to.equal("rgb(251, 251, 250)");
  });
});

/** The least contrast of any text with what is behind it, as WCAG 2.2 counts it. Runs in the page. */
function leastContrast(): number {
  const rgb = (color: string) => color.match(/[\d.]+/g)!.map(Number) as [number, number, number, number?];
  const light = (color: string) => {
    const [r, g, b] = rgb(color).map((part) => {
      const share = part! / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const ground = (element: Element | null): string => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if ((rgb(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  let least = 21;
  const texts = document.createTreeWalker(document.querySelector("#page")!, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const { parentElement } = node;
    if (!node.textContent!.trim() || !parentElement) continue;
    const [a, b] = [light(getComputedStyle(parentElement).color), light(ground(parentElement))];
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return least;
}
