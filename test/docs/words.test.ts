import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { Command } from "commander";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("decisions"))
    .map((name) => `docs/${name}`),
];

/** Pages of names that were replaced, and pages made from declarations, whose words are those of AWS's own names. */
const NOT_PROSE = new Set(["docs/upgrading.md", "docs/resources.md", "docs/desk-rights.md"]);

/** What a page says by hand: without its generated end, code and addresses of links. */
const proseOf = (page: string): string =>
  readFileSync(page, "utf8")
    .split("## The controls\n")[0]!
    .replace(/```[\s\S]*?```/g, "")
    .replace(/`[^`\n]*`/g, "``")
    .replace(/\]\([^)]*\)/g, "]");

/** Words and turns that a reader must read twice. */
const FILLERS: readonly RegExp[] = [
  /\belse\b/i,
  /\balike\b/i,
  /\bwhoever\b/i,
  /\bwhichever\b/i,
  /\bof (its|their|one's|your|his) own\b/i,
  /\bby (itself|themselves)\b/i,
  /\bfor ever\b/i,
  /\banew\b/i,
  /\bso that nobody\b/i,
];

/** Sentences and terms that were replaced, by the field's word where there is one. */
const REPLACED: readonly RegExp[] = [
  /unlike the others/i,
  /odd is not wrong/i,
  /stood in the way/i,
  /asked for by/i,
  /place in the chain/i,
  /\btakes? the next place\b/i,
  /no strangers? in\b/i,
  /not known whether/i,
  /\bn\. a\./i,
  /\brooms\b/i,
  /\bthe way of the data\b/i,
  /what a function knows/i,
  /otherwise than/i,
  /what is not known is not none/i,
  /from beside the evidence/i,
  /let(s|ting)? in everybody alike/i,
  /ended as they should/i,
  /thrott?led away/i,
  /name one to ask it/i,
  /how far a run is/i,
  /is its door for/i,
  /what of services/i,
  /is told apart from the others/i,
  /what the controls say of a run/i,
  /is well again/i,
];

/** Names that were replaced; `src/notify/` and `src/evidence/` name old ones only as text, to read what is sealed. */
const IDENTIFIERS: readonly RegExp[] = [
  /\bSurroundings\b/,
  /\b(Task)?Tally\b/,
  /\btall(y|ies)\b/,
  /\bSealingHold\b/,
  /\bheldUntil\b/,
  /\b(keepOrder|stepsInOrder)\b/,
  /\bbesides?(\(|\?:)/,
  /\bBeside\b/,
  /\bTaker\b/,
  /\bFew\b(?! (at|of|in))/,
  /KNOWLEDGE\b/,
  /\bBossMay\b/,
  /\bkeepBundle\b/,
  /\btoldByDoctor\b/,
  /\bPace\b/,
  /\bpaces\b/,
  /\blean\(/,
  /\bUNTOLD\b/,
  /\b(ToldRun|AskedWitness|AskedControl|(Anomalies|Notifier)May|PlaceInItem|placeInItem|control_places)\b/,
  // Participles and "place" as nouns.
  /^\s*(export )?(async )?(const|let|function\*?|type|interface) (asked|answered|made|told|untold|written|kept)\b/i,
  /^\s*(export )?(async )?(const|let|function\*?|type|interface) (places?|placeOf|arounds?|says|wanted|few)\b/i,
];

const lines = (text: string, patterns: readonly RegExp[]): string[] =>
  text.split("\n").flatMap((line, n) => patterns.filter((each) => each.test(line)).map((each) => `${n + 1}: ${each}`));

const FOLDERS = ["src", "handlers", "components", "stacks", "cli", "sandbox", "simulation", "estate"];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ts$/.test(name))
    .map((name) => join(folder, name)),
);

/** Help of a command and of those below it, with what is appended to it. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return [text, ...command.commands.map(helpOf)].join("\n");
}

describe("words", () => {
  for (const page of pages.filter((each) => !NOT_PROSE.has(each)))
    it(`of ${page} are plain`, () => {
      expect(lines(proseOf(page), [...FILLERS, ...REPLACED])).to.deep.equal([]);
    });

  it("of the help of every command are plain", async () => {
    const program = new Command("itaudit");
    for (const name of readdirSync("cli/commands")) {
      const commands = (await import(`../../cli/commands/${name}`)) as Record<string, (to: Command) => unknown>;
      for (const [exported, add] of Object.entries(commands)) if (exported.endsWith("Command")) add(program);
    }
    expect(program.commands).to.have.length.above(15);
    expect(lines(helpOf(program), [...FILLERS, ...REPLACED])).to.deep.equal([]);
  });

  for (const folder of FOLDERS)
    it(`of ${folder}/ are the field's`, () => {
      const found = sources
        .filter((path) => path.startsWith(folder))
        .flatMap((path) =>
          lines(readFileSync(path, "utf8"), [...IDENTIFIERS, ...REPLACED]).map((each) => `${path}:${each}`),
        );
      expect(found).to.deep.equal([]);
    });

  it("are refused where they come back", () => {
    expect(lines("Nothing else\nis alike", FILLERS)).to.have.length(2);
    expect(lines("const tally = new TaskTally();", IDENTIFIERS)).to.have.length(2);
    expect(lines("  const told = 1;\nexport interface Asked {", IDENTIFIERS)).to.have.length(2);
    expect(lines("async function asked() {}\nlet places = 0;", IDENTIFIERS)).to.have.length(2);
  });
});

/** A file or folder of the checkout, as pages name it: in code, without a pattern. */
const FILE_NAMED = new RegExp(
  `\`((?:${[...FOLDERS, "test", "scripts", "bench", "examples"].join("|")})/[\\w./-]*)\``,
  "g",
);

describe("pages", () => {
  it("are all listed in docs/README.md", () => {
    const listed = new Set(
      [...readFileSync("docs/README.md", "utf8").matchAll(/\]\(([^)#]+)/g)].map(([, to]) => `docs/${to}`),
    );
    expect(pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md" && !listed.has(page))).to.be
      .empty;
  });

  for (const page of pages.filter((each) => each !== "docs/upgrading.md"))
    it(`name files in ${page} that are there`, () => {
      const named = [...readFileSync(page, "utf8").matchAll(FILE_NAMED)].map(([, path]) => path!);
      expect(named.filter((path) => !existsSync(path))).to.deep.equal([]);
    });

  for (const page of pages)
    it(`have links in ${page} that lead somewhere`, () => {
      const text = readFileSync(page, "utf8").replace(/```[\s\S]*?```/g, "");
      const broken = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].flatMap(([, to]) => {
        const [path, heading] = to!.split("#");
        const target = path ? join(dirname(page), path) : page;
        if (!existsSync(target)) return [to];
        return heading && !headingsOf(target).has(heading) ? [to] : [];
      });
      expect(broken).to.deep.equal([]);
    });
});

/** Anchors of a page's headings, as GitHub makes them. */
const headingsOf = (page: string): Set<string> =>
  new Set(
    [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
