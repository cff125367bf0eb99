import { ECSClient, ListClustersCommand, ListServicesCommand, ListTagsForResourceCommand } from "@aws-sdk/client-ecs";
import { type Collector, reads, type SdkClient, type Tags, tagsFrom } from "../../src/auditors/collector.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { type Reading, readItem } from "../../src/collect/resources.ts";
import type { Item } from "../../src/evidence/item.ts";

const { from, under, list, detail } = reads("ecs");
export type Answers = Record<string, (input: Record<string, unknown>) => unknown>;
export const error = (name: string, message = name, status = 400) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

/** Reads collectors from answers by operation; what is called is noted. */
export async function read(
  collectors: Collector[],
  answers: Answers,
  more: Partial<Reading> = {},
  region = "eu-west-1",
) {
  const calls: [string, Record<string, unknown>][] = [];
  const client = {
    send: async (command: { schema: unknown[]; input: Record<string, unknown> }) => {
      const operation = String(command.schema[2]);
      calls.push([operation, command.input]);
      const answer = answers[operation]!(command.input);
      if (answer instanceof Error) throw answer;
      return { ...(answer as object), $metadata: { attempts: 1 } };
    },
  } as unknown as SdkClient;
  const builder = new OutcomeBuilder({ auditor: "ecs", account_id: "111111111111", region }, () => 0);
  const items: Item[] = [];
  await readItem(
    { name: "ecs", services: [{ name: "ecs", title: "", client: ECSClient as never, collectors }] },
    {
      runId: "run",
      partition: "aws",
      item: builder.item,
      clientOf: () => client,
      homeRegion: "us-east-1",
      budget: (_client, call) => call(() => undefined),
      bucketsFor: () => [],
      builder,
      deadline: new AbortController().signal,
      now: () => 0,
      wait: async () => undefined,
      write: async (item) => void items.push(item),
      digestKey: "0123456789abcdef",
      ...more,
    },
  );
  return { items, calls, outcome: builder.outcome() };
}

export const clusters = from(ListClustersCommand, "clusterArns", { as: "clusterArn" });
export const cluster = (more: Partial<Collector> = {}): Collector => ({
  ...list("AWS::ECS::Cluster", clusters, { id: "clusterArn", arn: "clusterArn" }),
  ...more,
});
export const services = list(
  "AWS::ECS::Service",
  under(clusters, ListServicesCommand, "serviceArns", { cluster: "clusterArn" }, { as: "serviceArn" }),
  { id: "serviceArn", arn: "serviceArn" },
);
export const tags: Tags = tagsFrom(detail(ListTagsForResourceCommand, { resourceArn: "{arn}" }), "tags");
export const noServices = { ListServices: () => ({ serviceArns: [] }) };
