import {
  GetDataLakeSettingsCommand,
  LakeFormationClient,
  ListLFTagsCommand,
  ListPermissionsCommand,
  ListResourcesCommand,
} from "@aws-sdk/client-lakeformation";
import { reads, type Service } from "../collector.ts";

const { from, list } = reads("lakeformation");

/** Lake Formation: who administers the lake, and who may see which of its data. */
export const lakeformation: Service = {
  name: "lakeformation",
  title: "Lake Formation: who administers the lake, and who may see which of its data",
  client: LakeFormationClient,
  collectors: [
    list("AWS::LakeFormation::DataLakeSettings", from(GetDataLakeSettingsCommand, "DataLakeSettings"), {
      notSecret: { Parameters: "the version of cross-account sharing" },
    }),
    list("AWS::LakeFormation::PrincipalPermissions", from(ListPermissionsCommand, "PrincipalResourcePermissions"), {
      id: ({ Principal, Resource }) => `${Principal?.DataLakePrincipalIdentifier}|${JSON.stringify(Resource)}`,
    }),
    list("AWS::LakeFormation::Resource", from(ListResourcesCommand, "ResourceInfoList"), {
      id: "ResourceArn",
      arn: "ResourceArn",
    }),
    list("AWS::LakeFormation::Tag", from(ListLFTagsCommand, "LFTags"), { id: "{CatalogId}|{TagKey}", name: "TagKey" }),
  ],
};
