import { expect } from "chai";
import * as z from "zod";
import { SEVERITIES } from "../../src/controls/control.ts";
import { noVerdicts } from "../../src/controls/verdict.ts";
import { scriptJson } from "../../src/report/html.ts";
import type { Finding, Report } from "../../src/report/model.ts";
import { formOf, pack } from "../../src/report/pack.ts";
import { FindingRows } from "../../src/report/page/findingRows.ts";
import { type Format, writeReport } from "../../src/report/write.ts";
import { Ocsf } from "./ocsfShape.ts";
import { anomaly, control, finding, RUN, report } from "./sampleReport.ts";
import { Sarif } from "./sarifShape.ts";

const textOf = async (each: Report, format: Format): Promise<string> => {
  const portions: string[] = [];
  await writeReport(each, format, (text) => void portions.push(text));
  return portions.join("");
};

const exception = { control: "rds-public", owner: "team-a", reason: "a demonstration", expires: "2027-01-31" };
const nowhere: Partial<Finding> = {
  status: "unknown",
  region: null,
  resource: null,
  evidence: [],
  reason: "AWS::RDS::DBInstance is read by no auditor of the run",
};
const findings = [
  finding(),
  finding({ status: "excepted", exception: { ...exception, expired: false } }),
  finding({ exception: { ...exception, expired: true } }),
  finding(nowhere),
];
const sample = report({ findings, anomalies: { count: 1, listed: [anomaly()] } });

describe("a report for machines", () => {
  it("is JSON with everything the page shows", async () => {
    expect(JSON.parse(await textOf(sample, "json"))).to.deep.equal({
      ...JSON.parse(JSON.stringify(sample)),
      findings: JSON.parse(JSON.stringify(findings)),
      changes: null,
    });
  });

  for (const [what, value, field] of [
    ["a formula", '=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
    ["a command", "@SUM(1)", "'@SUM(1)"],
    ["a comma and a line end", "a,b\r\nc", '"a,b\r\nc"'],
  ] as const)
    it(`is CSV in which ${what} is a text`, async () => {
      const csv = await textOf(report({ findings: [finding({ reason: value })] }), "csv");
      expect(csv).to.include(`,${field},`);
    });

  it("is CSV with a line for each finding, and what was not collected named by its type", async () => {
    const lines = (await textOf(sample, "csv")).trimEnd().split("\r\n");
    expect(lines).to.have.length(6);
    expect(new Set(lines.map((line) => line.split(",").length))).to.deep.equal(new Set([20]));
    expect(lines[4])
      .to.include(`${RUN},unknown,critical,rds-public,`)
      .and.include("111111111111,,AWS::RDS::DBInstance,,,,");
    expect(lines[5])
      .to.include(`${RUN},anomaly,info,,`)
      .and.include('"Engine = ""oracle-ee"" (usual ""postgres""; 0.6 % have such)"');
  });

  it("is SARIF 2.1.0: a rule for each control, a result for each finding at its place in the evidence", async () => {
    const sarif = JSON.parse(await textOf(sample, "sarif"));
    expect([sarif.version, sarif.runs.length]).to.deep.equal(["2.1.0", 1]);
    const [{ tool, results }] = sarif.runs;
    expect(tool.driver.name).to.equal("itaudit");
    expect(tool.driver.rules).to.have.length(2);
    for (const result of results) {
      // What the schema requires or allows; https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/
      expect(result.message.text).to.be.a("string").that.is.not.empty;
      expect(["error", "warning", "note", "none"]).to.include(result.level);
      expect(tool.driver.rules[result.ruleIndex].id).to.equal(result.ruleId);
      // The specification allows a level beside none only for kind fail.
      if (result.kind !== "fail") expect(result.level).to.equal("none");
    }
    expect(results.map(({ kind }: { kind: string }) => kind)).to.deep.equal([
      "fail",
      "fail",
      "fail",
      "open",
      "informational",
    ]);
    expect(results[0].locations[0].physicalLocation).to.deep.equal({
      artifactLocation: { uri: "resources/111111111111/eu-central-1/AWS%3A%3ARDS%3A%3ADBInstance/orders" },
      region: { startLine: 1 },
    });
    const lines = (result: { relatedLocations: { physicalLocation: object }[] }) =>
      result.relatedLocations.map(({ physicalLocation }) => physicalLocation);
    const object = { uri: findings[0]!.evidence[0]!.object.replace(/=/g, "%3D"), uriBaseId: "EVIDENCE" };
    expect(lines(results[0])).to.deep.equal([
      { artifactLocation: object, region: { startLine: 7 } },
      { artifactLocation: object, region: { startLine: 9 } },
    ]);
    expect(results[1].suppressions[0].justification).to.include("team-a");
    expect(results[2]).not.to.have.property("suppressions");
    expect(results[3]).not.to.have.property("relatedLocations");
    expect(results[3].message.text).to.match(/^Not known: /);
    expect(results[4].message.text).to.equal(
      'arn:aws:rds:eu-central-1:111111111111:db:legacy: Engine = "oracle-ee" (usual "postgres"; 0.6 % have such)',
    );
    expect(lines(results[4])).to.deep.equal([{ artifactLocation: object, region: { startLine: 9 } }]);
  });

  it("is SARIF that code scanning takes, and in which it finds a finding of the run before again", async () => {
    const results = async (each: Report) => JSON.parse(await textOf(each, "sarif")).runs[0].results;
    const known = (of: { locations: object[]; partialFingerprints: object }[]) =>
      of.map(({ locations: [location], partialFingerprints }) => ({ location, partialFingerprints }));
    const first = await results(sample);
    // One result without a path and a line, and the whole file is refused.
    for (const { locations, partialFingerprints } of first) {
      expect(locations[0].physicalLocation.artifactLocation.uri).to.match(/^[^/:]+(\/[^/:]+)+$/);
      expect(locations[0].physicalLocation.region.startLine).to.equal(1);
      expect(partialFingerprints.primaryLocationLineHash).to.match(/^[0-9a-f]{64}:1$/);
    }
    const moved = findings.map((each) => ({
      ...each,
      evidence: each.evidence.map(({ sha256 }) => ({ object: "evidence/of/another/run", line: 90, sha256 })),
    }));
    const next = await results(report({ findings: moved, anomalies: { count: 1, listed: [anomaly()] } }));
    expect(known(next)).to.deep.equal(known(first));
  });

  for (const [what, name, text, path] of [
    [
      "a link",
      "[sign in](https://evil.example)",
      "\\[sign in](https://evil.example)",
      "%5Bsign%20in%5D(https%3A%2F%2Fevil.example)",
    ],
    ["links, one after the other", "[a](b) [c](d)", "\\[a](b) \\[c](d)", "%5Ba%5D(b)%20%5Bc%5D(d)"],
    ["brackets that are none", "a[0] (b)", "a[0] (b)", "a%5B0%5D%20(b)"],
    ["a way up", "..", "..", "_.."],
    ["another order of letters", "a\u202eb", "a\\u{202e}b", "a%E2%80%AEb"],
    ["half a character", "a\ud800", "a\ufffd", "a%EF%BF%BD"],
  ] as const)
    it(`is SARIF in which a name that is ${what} is a name`, async () => {
      const { resource } = finding();
      const named = finding({ reason: name, resource: { ...resource!, resource_id: name, arn: null, name } });
      const sarif = JSON.parse(Buffer.from(await textOf(report({ findings: [named] }), "sarif")).toString());
      expect(Sarif.safeParse(sarif).error).to.equal(undefined);
      const [{ message, locations }] = sarif.runs[0].results;
      expect(message.text).to.equal(`${text} in 111111111111 eu-central-1: ${text}`);
      expect(locations[0].physicalLocation.artifactLocation.uri.split("/").at(-1)).to.equal(path);
    });

  it("is OCSF: each finding a Compliance Finding with what its class requires", async () => {
    const lines = (await textOf(sample, "ocsf")).trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line));
    expect(events).to.have.length(4);
    for (const event of events) {
      // https://schema.ocsf.io/1.4.0/classes/compliance_finding, with the profile cloud
      for (const member of ["activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid"])
        expect(event[member], member).to.be.a("number");
      expect([event.class_uid, event.category_uid, event.type_uid]).to.deep.equal([2003, 2, 200301]);
      expect(event.metadata.product.name).to.be.a("string");
      expect(event.metadata.version).to.equal("1.4.0");
      expect(event.finding_info.uid).to.match(/^[0-9a-f]{64}$/);
      expect(event.finding_info.title).to.be.a("string");
      expect(event.cloud.provider).to.equal("AWS");
      expect(event.compliance.standards).to.deep.equal(["CIS AWS Foundations v3.0", "PCI DSS v4.0"]);
    }
    expect(events.map(({ status }) => status)).to.deep.equal(["New", "Suppressed", "New", "New"]);
    expect(events.map(({ compliance }) => compliance.status)).to.deep.equal(["Fail", "Fail", "Fail", "Warning"]);
  });

  it("names a control that was not evaluated, with its error, in every format", async () => {
    const broken = report({
      findings: [],
      controls: [
        control({
          status: "not-evaluated",
          not_evaluated: "control rds-public: Malformed JSON",
          verdicts: noVerdicts(),
        }),
      ],
    });
    expect(JSON.parse(await textOf(broken, "json")).controls[0]).to.include({
      status: "not-evaluated",
      not_evaluated: "control rds-public: Malformed JSON",
    });
    const [, line, ...more] = (await textOf(broken, "csv")).trimEnd().split("\r\n");
    expect(more).to.deep.equal([]);
    expect(line).to.include(`${RUN},not-evaluated,critical,rds-public,`).and.include("Malformed JSON");
    const sarif = JSON.parse(await textOf(broken, "sarif"));
    expect(Sarif.safeParse(sarif).error).to.equal(undefined);
    expect(sarif.runs[0].invocations[0].executionSuccessful).to.equal(false);
    expect(sarif.runs[0].invocations[0].toolExecutionNotifications).to.deep.equal([
      {
        level: "error",
        message: { text: "not evaluated: control rds-public: Malformed JSON" },
        associatedRule: { id: "rds-public", index: 0 },
      },
    ]);
    const ocsf = JSON.parse(await textOf(broken, "ocsf"));
    expect(Ocsf.safeParse(ocsf).error).to.equal(undefined);
    expect(ocsf.compliance).to.include({ control: "rds-public", status: "Unknown" });
    expect(ocsf.status_detail).to.include("Malformed JSON");
  });

  for (const format of ["sarif", "ocsf"] as const) {
    const shape = format === "sarif" ? Sarif : Ocsf;
    const documents = async () =>
      format === "sarif"
        ? [JSON.parse(await textOf(sample, format))]
        : (await textOf(sample, format))
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));

    it(`is ${format.toUpperCase()} in every member: its type, its enumeration, and none that the schema does not have`, async () => {
      for (const document of await documents()) {
        const { error } = shape.safeParse(document);
        expect(error && z.prettifyError(error)).to.equal(undefined);
        // The shape would have seen it.
        expect(shape.safeParse({ ...document, extra: 1 }).success).to.equal(false);
      }
    });
  }
});

describe("a report of many findings", () => {
  for (const format of ["json", "csv", "sarif", "ocsf"] as const)
    it(`is ${format.toUpperCase()} of which no more than one portion is held: it is written before the next is asked for`, async () => {
      let text = "";
      let underWay = 0;
      let given = 0;
      const findings = async function* () {
        for (; given < 20; given++) {
          if (given) expect(text).to.include(`portion-${given - 1}-b`);
          expect(underWay).to.equal(0);
          yield ["a", "b"].map((half) => finding({ reason: `portion-${given}-${half}` }));
        }
      };
      await writeReport({ ...report(), findings }, format, async (portion) => {
        underWay += 1;
        await new Promise((resolve) => setImmediate(resolve));
        text += portion;
        underWay -= 1;
      });
      expect(given).to.equal(20);
      expect(text.match(/portion-\d+-[ab]/g)!.length).to.be.at.least(40);
    });

  it("is a page with the first of each control, none taking the place of another, and whole numbers", async () => {
    const of = (id: string, count: number) => Array.from({ length: count }, () => finding({ control: id }));
    const controls = ["few", "some", "many"].map((id) => control({ id }));
    const large = report({ controls, findings: [...of("many", 90), ...of("some", 40), ...of("few", 3)] });
    const { findings, findings_in_all, findings_of_each_control } = await pack(large, 50);
    expect([findings.rows, findings_in_all, findings_of_each_control]).to.deep.equal([49, 133, 23]);
    const shown = controls.map((_, place) => findings.control.filter((each) => each === place).length);
    expect(shown).to.deep.equal([3, 23, 23]);
    expect((await pack(large, 133)).findings.rows).to.equal(133);
    expect(await pack(large, 133)).not.to.have.property("findings_of_each_control");
  });

  it("is a page that asks for no more findings than it shows", async () => {
    const many = control({ verdicts: { ...control().verdicts, fail: 5_000_000 } });
    let asked: number | undefined;
    const findings = async function* (ofEachControl?: number) {
      asked = ofEachControl;
      yield [finding()];
    };
    const { findings: shown } = await pack({ ...report(), controls: [many], findings }, 1_000);
    expect([asked, shown.rows]).to.deep.equal([1_000, 1]);
  });
});

describe("the packing of a report for its page", () => {
  it("gives every finding back as it was", async () => {
    const rows = new FindingRows(await pack(sample));
    expect(rows.rows).to.equal(4);
    const [first, , expired, unknown] = Array.from({ length: 4 }, (_, at) => rows.row(at));
    expect(first).to.deep.include({ status: "fail", account: "111111111111", id: "orders", note: "" });
    expect(first!.arn).to.equal("arn:aws:rds:eu-central-1:111111111111:db:orders");
    expect(first!.evidence).to.deep.equal(findings[0]!.evidence);
    expect(expired!.note).to.equal("an exception has expired: a demonstration (team-a, until 2027-01-31)");
    expect(unknown).to.deep.include({ id: null, arn: "", region: "", type: "AWS::RDS::DBInstance", evidence: [] });
  });

  for (const [what, text, values] of [
    ["parts that are parts of each other", "arn:aws:x:eu:1:eu-1", ["1", "eu", "eu-1"]],
    ["an id that is empty", "arn:aws:s3:::bucket", ["1", "global", ""]],
    ["an id that stands twice", "arn:a/a", ["1", "r", "a"]],
  ] as const)
    it(`takes an ARN apart and together again with ${what}`, () => {
      const together = formOf(text, values).map((part) => (typeof part === "number" ? values[part] : part));
      expect(together.join("")).to.equal(text);
    });

  it("sorts by severity as severity goes, and leaves the order of the report within one", async () => {
    const controls = [...SEVERITIES].reverse().map((severity) => control({ id: severity, severity }));
    const packed = await pack(
      report({ controls, findings: [...SEVERITIES].reverse().map((id) => finding({ control: id })) }),
    );
    const rows = new FindingRows(packed);
    const all = rows.filtered({ search: "", severity: "", status: "", control: "", account: "", type: "" });
    const sorted = [...rows.sorted(all, "severity", false)].map((at) => rows.row(at).control.severity);
    expect(sorted).to.deep.equal([...SEVERITIES]);
    expect([...rows.sorted(all, "account", true)]).to.deep.equal([...all]);
  });

  for (const text of ["</script>", "<!--", "\u2028", "]]>"])
    it(`writes ${JSON.stringify(text)} so that it cannot end the script that holds it`, () => {
      const json = scriptJson({ text });
      expect(json).not.to.match(/[<>\u2028]/);
      expect(JSON.parse(json)).to.deep.equal({ text });
    });
});
