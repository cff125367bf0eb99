import { existsSync, readFileSync } from "node:fs";
import type { NormalizedSchema } from "@smithy/core/schema";
import { expect } from "chai";
import { type Collector, type Listing, type Read, readsOf, type Service } from "../../src/auditors/collector.ts";
import { inputOf, outputOf, pagingOf } from "../../src/auditors/paging.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import {
  configurationMembers,
  listedMembers,
  memberAt,
  members,
  resourceMembers,
  shapeAt,
  unknownPaths,
} from "../../src/auditors/schema.ts";

/** Names by which members carry secrets. */
const SUSPICIOUS =
  /password|passwd|secret|token|userdata|environment|variables|parameters|credential|privatekey|apikey|connectionstring|connectionproperties|arguments|outputs$|^(searchstring|insertheaders|commands?|args|entrypoint|sqls?)$/i;
const TOKEN =
  /^(next_?token|next_?marker|marker|pagination_?token|next_?page_?token|position|(next_?)?continuation_?token)$/i;

const loaded = await loadServices();

/** What is wrong with a declaration, in words that say where. */
function problems(collector: Collector, packages: readonly string[]): string[] {
  const { listing, describe, details, tags, type } = collector;
  const found: string[] = [];
  const say = (what: string) => found.push(`${type}: ${what}`);
  const listings = (each: Listing): Listing[] => [...(each.parent ? listings(each.parent.listing) : []), each];
  for (const each of listings(listing)) {
    const shape = each.items === undefined ? undefined : shapeAt(outputOf(each.schema), each.items);
    if (each.items !== undefined && !shape) say(`${each.operation} answers with nothing at ${each.items}`);
    if (shape && !shape.isStructSchema() && !each.as) say(`${each.operation}: bare values need a name (as)`);
    if (shape?.isStructSchema() && each.as) say(`${each.operation}: a structure needs no name (as)`);
    if (each.parent) {
      const parent = listedMembers(each.parent.listing);
      checkInput(each, each.parent.input, parent, say);
    }
  }
  const listed = listedMembers(listing);
  const resource = resourceMembers(collector);
  const named = (what: string, word: unknown) => {
    for (const path of unknownPaths(resource, word)) say(`${what}: there is no ${path}`);
  };
  named("id", collector.id);
  if (typeof collector.id === "string" && collector.id.includes("{arn}"))
    say("id: {arn} is the resource's own ARN, and not a member");
  named("arn", collector.arn);
  named("name", collector.name);
  if (collector.id === undefined && listing.items !== undefined && !/^(Get|Describe)/.test(listing.operation))
    say("an id is needed where there can be several");
  if (describe?.kind === "each") checkInput(describe.detail, describe.detail.input, listed, say);
  if (describe?.kind === "batch") checkBatch(describe.batch, listed, say);
  for (const detail of details) checkInput(detail, detail.input, resource, say);
  const { joined } = collector;
  if (joined) {
    const part = listedMembers(joined.listing);
    for (const path of unknownPaths(part, joined.key[0])) say(`${joined.as}: there is no ${path} to tie it to`);
    named("beside", joined.key[1]);
  }
  if (new Set(details.map(({ as }) => as)).size !== details.length) say("two details have one name (as)");
  if (tags.kind === "inline") named("tags", tags.member);
  if (tags.kind === "call") {
    checkInput(tags.detail, tags.detail.input, resource, say);
    if (!shapeAt(outputOf(tags.detail.schema), tags.member)) say(`${tags.detail.operation}: no tags at ${tags.member}`);
  }
  if (tags.kind === "batch") {
    checkBatch(tags.batch, resource, say);
    if (!shapeAt(outputOf(tags.batch.schema), `${tags.batch.items}.${tags.member}`)) say(`no tags at ${tags.member}`);
  }
  for (const read of readsOf(collector)) checkPaging(read, packages, say);
  const configuration = configurationMembers(collector);
  for (const path of [...collector.redact, ...Object.keys(collector.notSecret)])
    if (!memberAt(configuration, path)) say(`redact, notSecret: there is no ${path}`);
  if (found.length) return found;
  const cared = [...collector.redact, ...Object.keys(collector.notSecret)];
  const replaced = (path: string) =>
    collector.redact.some((each) => path === each || path.startsWith(`${each}.`)) ||
    path.split(".").some((name) => collector.redactNames?.test(name));
  for (const path of suspicious(configuration))
    if (
      !replaced(path) &&
      !cared.some((each) => path === each || path.startsWith(`${each}.`) || each.startsWith(`${path}.`))
    )
      say(`${path} can carry a secret: redact it, or say in notSecret why it is none`);
  // A structure that is no secret can have a member that is one.
  for (const whole of Object.keys(collector.notSecret))
    for (const path of secretLeaves(members(memberAt(configuration, whole)!), `${whole}.`))
      if (!replaced(path) && !cared.some((each) => each.startsWith(`${whole}.`) && path.startsWith(each)))
        say(`${path} can carry a secret, and ${whole} is said to be none: name it too`);
  return found;
}

/** Paths of texts and blobs whose own names look like secrets. */
function secretLeaves(from: Record<string, NormalizedSchema>, prefix: string, depth = 0): string[] {
  if (depth > 7) return [];
  return Object.entries(from).flatMap(([name, schema]) => {
    let each = schema;
    while (each.isListSchema()) each = each.getValueSchema();
    if (each.isMapSchema()) return secretLeaves({ "*": each.getValueSchema() }, `${prefix}${name}.`, depth + 1);
    if (each.isStructSchema()) return secretLeaves(members(each), `${prefix}${name}.`, depth + 1);
    return (each.isStringSchema() || each.isBlobSchema()) && isSuspicious(name) ? [`${prefix}${name}`] : [];
  });
}

const isSuspicious = (name: string): boolean =>
  SUSPICIOUS.test(name) && !TOKEN.test(name) && !/(arn|id|type|name|status|version|count|provider|mode)s?$/i.test(name);

function checkInput(read: Read, input: unknown, from: Record<string, NormalizedSchema>, say: (what: string) => void) {
  if (typeof input === "function") return;
  for (const [member, word] of Object.entries(input as object)) {
    if (!(member in members(inputOf(read.schema)))) say(`${read.operation} takes no ${member}`);
    for (const path of unknownPaths(from, word)) say(`${read.operation}.${member}: there is no ${path}`);
  }
}

function checkBatch(
  batch: Extract<Collector["describe"], { kind: "batch" }>["batch"],
  from: Record<string, NormalizedSchema>,
  say: (what: string) => void,
) {
  checkInput(batch, batch.input, from, say);
  if (!shapeAt(outputOf(batch.schema), `${batch.items}.${batch.key[0]}`))
    say(`${batch.operation}: there is no ${batch.items}.${batch.key[0]}`);
  for (const path of unknownPaths(from, batch.key[1])) say(`${batch.operation}: there is no ${path} to tie answers to`);
}

/** Compares with the SDK's own paginator, and where it has none looks for members that look like tokens. */
function checkPaging(read: Read & Partial<Listing>, packages: readonly string[], say: (what: string) => void) {
  const page = read.page;
  const paginator = packages
    .map((name) => `node_modules/${name}/dist-es/pagination/${read.operation}Paginator.js`)
    .find((file) => existsSync(file));
  if (paginator) {
    const [, input, output] =
      /createPaginator\(\w+, \w+, "([^"]+)", "([^"]+)"/.exec(readFileSync(paginator, "utf8")) ?? [];
    const own = (page ?? pagingOf(read.schema, read.items))?.tokens.map((pair) => pair.join(" "));
    if (!own?.includes(`${input} ${output}`))
      say(`${read.operation} is paged by ${input} and ${output}, not by ${own}`);
  } else if (!page && Object.keys(members(inputOf(read.schema))).some((name) => TOKEN.test(name)))
    say(`${read.operation} looks paged: say how (page)`);
}

/** Paths whose names look like carriers of secrets; what is a number, a time or a yes or no carries none. */
function suspicious(from: Record<string, NormalizedSchema>, prefix = "", depth = 0): string[] {
  if (depth > 7) return [];
  return Object.entries(from).flatMap(([name, schema]) => {
    let each = schema;
    while (each.isListSchema()) each = each.getValueSchema();
    const path = `${prefix}${name}`;
    if (each.isNumericSchema() || each.isBooleanSchema() || each.isTimestampSchema() || TOKEN.test(name)) return [];
    if (isSuspicious(name)) return [path];
    if (each.isMapSchema()) return suspicious({ "*": each.getValueSchema() }, `${path}.`, depth + 1);
    return suspicious(members(each), `${path}.`, depth + 1);
  });
}

const packagesOf = (service: Service): string[] =>
  [
    ...readFileSync(`src/auditors/services/${service.name}.ts`, "utf8").matchAll(/from "(@aws-sdk\/client-[\w-]+)"/g),
  ].map(([, name]) => name!);

describe("declarations", () => {
  for (const service of loaded)
    it(`${service.name}: every path is in the SDK's schemas, every listing is read to its end, no secret is kept`, () => {
      const packages = [...packagesOf(service), "@aws-sdk/client-resource-groups-tagging-api"];
      expect(service.collectors.flatMap((collector) => problems(collector, packages))).to.deep.equal([]);
    });

  for (const { name, collectors } of loaded)
    if (collectors.some(({ onlyWith }) => onlyWith))
      it(`${name}: what a type cannot be without is another one, read once in the same places, and nothing goes in a circle`, () => {
        for (const { type, scope, onlyWith, listing } of collectors) {
          const below = collectors.find((each) => each.listing === listing.parent?.listing);
          // What is listed under another would have that one asked for.
          if (below?.onlyWith) expect(onlyWith, type).to.deep.equal(below.onlyWith);
          if (!onlyWith || "countedBy" in onlyWith) continue;
          const needed = collectors.filter((each) => each.type === onlyWith.type);
          expect(needed, `${type}: ${onlyWith.type}`).to.have.length(1);
          expect(needed[0]!.scope, type).to.equal(scope);
          const before = [type];
          for (let next: Collector | undefined = needed[0]; next; ) {
            expect(before, "in a circle").not.to.include(next.type);
            before.push(next.type);
            const { onlyWith: further } = next;
            next = further && "type" in further ? collectors.find((each) => each.type === further.type) : undefined;
          }
        }
      });

  for (const { name, collectors } of loaded)
    for (const { type, onlyWith } of collectors)
      if (onlyWith && "countedBy" in onlyWith)
        it(`${name}: ${type} is counted by a number that AWS's answer has`, () => {
          const { countedBy, of, counts = [] } = onlyWith;
          const listed = listedMembers(countedBy);
          expect([...counts, ...(of ? [of[0]] : [])].filter((path) => !memberAt(listed, path))).to.deep.equal([]);
          for (const path of counts) expect(memberAt(listed, path)!.isNumericSchema(), path).to.equal(true);
        });
      else if (onlyWith && "type" in onlyWith && onlyWith.inUse)
        it(`${name}: ${type} is said not to be in use in the words that ${onlyWith.type} is`, () => {
          const other = collectors.find((each) => each.type === onlyWith.type)!;
          const own = collectors.find((each) => each.type === type)!;
          expect(own.notEnabled).to.deep.equal(other.notEnabled).and.not.to.deep.equal([]);
        });

  it("name each type in one service only", () => {
    const types = loaded.flatMap(({ collectors }) => [...new Set(collectors.map(({ type }) => type))]);
    expect(types).to.deep.equal([...new Set(types)]);
  });
});
