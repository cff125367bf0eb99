import {
  GetViewCommand,
  ListIndexesCommand,
  ListViewsCommand,
  ResourceExplorer2Client,
} from "@aws-sdk/client-resource-explorer-2";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, describe } = reads("resource-explorer-2");

/** Resource Explorer: where resources are indexed, and what a view of them shows. */
export const resourceexplorer: Service = {
  name: "resourceexplorer",
  title: "Resource Explorer: where resources are indexed, and what a view of them shows",
  client: ResourceExplorer2Client,
  collectors: [
    list(
      "AWS::ResourceExplorer2::Index",
      from(ListIndexesCommand, "Indexes", { input: ({ region }) => ({ Regions: [region] }) }),
      { id: "Arn", arn: "Arn" },
    ),
    list("AWS::ResourceExplorer2::View", from(ListViewsCommand, "Views", { as: "ViewArn" }), {
      id: "ViewArn",
      arn: "ViewArn",
      name: "View.ViewName",
      describe: describe(GetViewCommand, { ViewArn: "ViewArn" }),
      tags: inline("Tags"),
    }),
  ],
};
