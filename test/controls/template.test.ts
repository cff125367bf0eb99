import { readdirSync } from "node:fs";
import { expect } from "chai";
import { loadControls, parseControl } from "../../src/controls/control.ts";
import { fillTemplate } from "../../src/controls/template.ts";

const head = (more: string) => `-- title: Things of RDS are as they should be
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: They would not be as they should be otherwise.
-- remedy: Make them so.
${more}`;

describe("a control's template", () => {
  it("gets the control's type, the type's table, and its values: text as it is, lists as SQL has them", () => {
    const template =
      "-- What it asks.\nSELECT {{column}} FROM {{table}} WHERE t = '{{resource}}' AND n IN ({{names}}, {{ports}})\n";
    const values = { column: "d.engine", names: ["it's", "b"], ports: [22, 3389] };
    expect(fillTemplate(template, "AWS::RDS::DBInstance", values)).to.equal(
      "SELECT d.engine FROM latest_aws_rds_dbinstance WHERE t = 'AWS::RDS::DBInstance' AND n IN ('it''s', 'b', 22, 3389)\n",
    );
  });

  for (const [what, more, problem] of [
    [
      "a template that does not exist",
      "-- template: nope\n",
      /rds\/x\.sql: there is no template nope, but .*policy-not-open/,
    ],
    ["a value that is missing", "-- template: inline-no-full-access\n", /values: policies is missing/],
    ["a value without room", "-- template: policy-not-open\n-- values: { port: '1' }\n", /the template has no port/],
    ["a query beside it", "-- template: policy-not-open\nSELECT 1\n", /a template and a query of its own/],
    ["neither", "", /a query, or a template, is expected/],
  ] as const)
    it(`is refused with ${what}`, () => expect(() => parseControl(head(more), "rds/x.sql")).to.throw(problem));

  it("is part of the hash that verdicts cite", () => {
    const control = parseControl(head("-- template: policy-not-open\n-- values: { scope: 'true' }\n"), "rds/x.sql");
    const other = parseControl(head("-- template: inline-no-full-access\n-- values: { policies: p }\n"), "rds/x.sql");
    expect(control.sha256).not.to.equal(other.sha256);
  });

  it("is shared: each is used by two controls at least", async () => {
    const controls = await loadControls();
    for (const file of readdirSync("src/controls/templates"))
      expect(controls.filter(({ template }) => `${template}.sql` === file).length, file).to.be.greaterThan(1);
  });
});

describe("controls", () => {
  it("ask the same question in one place: no two longer queries differ in types and reasons alone", async () => {
    const questions = new Map<string, string>();
    for (const { id, sql, template } of await loadControls()) {
      // A query of a few lines is read faster than a template.
      if (template || sql.split("\n").length < 8) continue;
      const question = sql
        .replace(/latest_aws_\w+/g, "table")
        .replace(/AWS::\w+::\w+/g, "type")
        .replace(/'[^']*'(?= AS reason| AS not_known)/g, "text");
      expect(questions.get(question), `${id} asks the same as`).to.equal(undefined);
      questions.set(question, id);
    }
  });
});
