import {
  DetectiveClient,
  ListDatasourcePackagesCommand,
  ListGraphsCommand,
  ListMembersCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-detective";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail } = reads("detective");
const graphs = from(ListGraphsCommand, "GraphList");

/** Detective: the behaviour graphs, what feeds them, and whose accounts are in them. */
export const detective: Service = {
  name: "detective",
  title: "Detective: the behaviour graphs, what feeds them, and whose accounts are in them",
  client: DetectiveClient,
  collectors: [
    list("AWS::Detective::Graph", graphs, {
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "Arn" }), "Tags"),
      details: [detail(ListDatasourcePackagesCommand, { GraphArn: "Arn" })],
    }),
    list("AWS::Detective::MemberInvitation", under(graphs, ListMembersCommand, "MemberDetails", { GraphArn: "Arn" }), {
      id: "{GraphArn}|{AccountId}",
      name: "AccountId",
      redact: ["EmailAddress"],
    }),
  ],
};
