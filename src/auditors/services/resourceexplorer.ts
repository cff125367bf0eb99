import {
  GetViewCommand,
  ListIndexesCommand,
  ListViewsCommand,
  ResourceExplorer2Client,
} from "@aws-sdk/client-resource-explorer-2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list, describe } = reads("resource-explorer-2");
const onlyWithIndex: OnlyWith = {
  type: "AWS::ResourceExplorer2::Index",
  because: "https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_DeleteIndex.html",
};

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
      onlyWith: onlyWithIndex,
      id: "ViewArn",
      arn: "ViewArn",
      name: "View.ViewName",
      describe: describe(GetViewCommand, { ViewArn: "ViewArn" }),
      tags: inline("Tags"),
    }),
  ],
};
