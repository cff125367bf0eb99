import { expect } from "chai";
import type { ResourceType, SdkClient } from "../../src/auditors/collector.ts";
import { configAggregator } from "../../src/auditors/configAggregator.ts";
import { readAggregator } from "../../src/collect/aggregator.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { RECORDER } from "../../src/collect/recorders.ts";
import type { TaskRun } from "../../src/collect/taskRun.ts";
import type { Item } from "../../src/evidence/item.ts";
import type { Begun } from "../../src/evidence/plan.ts";

const ACCOUNT = "111111111111";
const TYPE = "AWS::IoT::Policy";
type Sent = { Expression?: string; NextToken?: string };

const row = (id: string, more: object = {}) =>
  JSON.stringify({ awsRegion: "eu-west-1", resourceType: TYPE, resourceId: id, ...more });
const recorder = JSON.stringify({
  awsRegion: "eu-west-1",
  configuration: { Recording: true, RecordingGroup: { AllSupported: true } },
});

interface Options {
  deadlineAt?: number;
  begun?: Begun;
  types?: readonly ResourceType[];
}

describe("asking an aggregator", () => {
  /** One account's region, with pages of rows; the deadline comes when a page is asked for, if it is told so. */
  async function read(pages: string[][], { deadlineAt, begun, types = [TYPE] }: Options = {}) {
    const deadline = new AbortController();
    const asked: Sent[] = [];
    class Client {
      async send({ input }: { input: Sent }) {
        if (!input.Expression)
          return {
            AggregatedSourceStatusList: [
              { SourceId: ACCOUNT, SourceType: "ACCOUNT", AwsRegion: "eu-west-1", LastUpdateStatus: "SUCCEEDED" },
            ],
          };
        if (input.Expression.includes(RECORDER)) return { Results: [recorder] };
        asked.push(input);
        const page = Number(input.NextToken ?? 0);
        if (page === deadlineAt) {
          queueMicrotask(() => deadline.abort());
          return new Promise(() => undefined);
        }
        return { Results: pages[page], ...(page + 1 < pages.length ? { NextToken: String(page + 1) } : {}) };
      }
      destroy() {}
    }
    const declared = configAggregator({ account: ACCOUNT, region: "eu-west-1", name: "organization" }, types);
    const [service] = declared.services;
    const item = { auditor: declared.name, account_id: ACCOUNT, region: "eu-west-1" };
    const builder = new OutcomeBuilder(item, () => 0, begun);
    const items: Item[] = [];
    const run = {
      runId: "run",
      account: ACCOUNT,
      access: { partition: "aws", remedy: () => "" },
      auditor: { ...declared, services: [{ ...service!, client: Client as unknown as new () => SdkClient }] },
      client: () => ({}),
      digestKey: "0123456789abcdef",
      deadline: deadline.signal,
      now: () => 0,
    } as unknown as TaskRun;
    const write = async (each: Item) => void items.push(each);
    const [done] = await readAggregator(run, run.auditor.aggregator!, new Map([[ACCOUNT, [builder]]]), write);
    return { asked, items, builder, finished: done!.finished };
  }
  const idsOf = (items: readonly Item[]) => items.map(({ resource_id }) => resource_id);

  it("goes on with the page at which the deadline came", async () => {
    const pages = [[row("a"), row("b")], [row("c")], [row("d")]];
    const first = await read(pages, { deadlineAt: 1 });
    expect(first.finished).to.equal(false);
    expect(idsOf(first.items)).to.deep.equal(["a", "b"]);
    const second = await read(pages, { begun: first.builder.begun()! });
    expect(second.finished).to.equal(true);
    expect(second.asked.map(({ NextToken }) => NextToken)).to.deep.equal(["1", "2"]);
    expect(idsOf(second.items)).to.deep.equal(["c", "d"]);
    expect(second.builder.outcome()).to.deep.include({ status: "collected", counts: { [TYPE]: 4 } });
  });

  it("asks about as many types at a time as AWS Config takes in a query", async () => {
    const types = Array.from({ length: 200 }, (_none, index): ResourceType => `AWS::Service${index}::Resource`);
    const { asked, builder } = await read([[]], { types });
    expect(asked.length).to.be.within(2, 4);
    for (const { Expression } of asked) expect(Expression!.length).to.be.at.most(4096);
    expect(Object.keys(builder.outcome().counts).sort()).to.deep.equal([...types].sort());
  });

  it("leaves out what is gone, and takes what several recorders keep once", async () => {
    const { items } = await read([[row("a"), row("gone", { configurationItemStatus: "ResourceDeleted" }), row("a")]]);
    expect(idsOf(items)).to.deep.equal(["a"]);
  });

  it("replaces secrets within a text of JSON too, and keeps a configuration that is no structure", async () => {
    const texts = { supplementaryConfiguration: { Task: '{"environment":[{"value":"hunter2"}]}', Other: '{"a":1}' } };
    const { items } = await read([[row("a", texts), row("b", { configuration: "plain" })]]);
    expect(JSON.stringify(items)).not.to.include("hunter2");
    expect(items[0]!.configuration.supplementaryConfiguration).to.deep.include({ Other: '{"a":1}' });
    expect(items[1]!.configuration).to.deep.include({ configuration: "plain" });
    expect(items[0]!.tags).to.equal(null);
  });
});
