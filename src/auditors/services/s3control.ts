import {
  GetAccessGrantsInstanceResourcePolicyCommand,
  GetAccessPointCommand,
  GetAccessPointConfigurationForObjectLambdaCommand,
  GetAccessPointForObjectLambdaCommand,
  GetAccessPointPolicyCommand,
  GetAccessPointPolicyForObjectLambdaCommand,
  GetAccessPointPolicyStatusCommand,
  GetMultiRegionAccessPointPolicyCommand,
  GetMultiRegionAccessPointPolicyStatusCommand,
  GetPublicAccessBlockCommand,
  GetStorageLensConfigurationCommand,
  ListAccessGrantsCommand,
  ListAccessGrantsInstancesCommand,
  ListAccessGrantsLocationsCommand,
  ListAccessPointsCommand,
  ListAccessPointsForObjectLambdaCommand,
  ListMultiRegionAccessPointsCommand,
  ListStorageLensConfigurationsCommand,
  ListStorageLensGroupsCommand,
  ListTagsForResourceCommand,
  S3ControlClient,
} from "@aws-sdk/client-s3-control";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";
import type { Where } from "../paths.ts";

const { from, list, detail } = reads("s3");
const input = ({ account }: Where) => ({ AccountId: account });
const named = { Name: "Name", AccountId: "{account}" } as const;
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "{arn}", AccountId: "{account}" }), "Tags");
const noPolicy = { none: ["NoSuchAccessPointPolicy"] };
const onlyWithInstance: OnlyWith = {
  type: "AWS::S3::AccessGrantsInstance",
  because: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeleteAccessGrantsInstance.html",
};

/** S3 beyond the buckets: the account's own settings, and other doors to what is in buckets. */
export const s3control: Service = {
  name: "s3control",
  title: "S3: the account's public access block, access points and grants with their policies, Storage Lens",
  client: S3ControlClient,
  collectors: [
    list(
      "AWS::S3::AccountPublicAccessBlock",
      from(GetPublicAccessBlockCommand, {
        input,
        action: "s3:GetAccountPublicAccessBlock",
        none: ["NoSuchPublicAccessBlockConfiguration"],
      }),
      { scope: "global" },
    ),
    list("AWS::S3::AccessPoint", from(ListAccessPointsCommand, "AccessPointList", { input }), {
      id: "Name",
      arn: "AccessPointArn",
      tags,
      details: [
        detail(GetAccessPointCommand, named),
        detail(GetAccessPointPolicyCommand, named, noPolicy),
        detail(GetAccessPointPolicyStatusCommand, named, noPolicy),
      ],
    }),
    list(
      "AWS::S3ObjectLambda::AccessPoint",
      from(ListAccessPointsForObjectLambdaCommand, "ObjectLambdaAccessPointList", { input }),
      {
        id: "Name",
        arn: "ObjectLambdaAccessPointArn",
        details: [
          detail(GetAccessPointForObjectLambdaCommand, named),
          detail(GetAccessPointConfigurationForObjectLambdaCommand, named),
          detail(GetAccessPointPolicyForObjectLambdaCommand, named, noPolicy),
        ],
      },
    ),
    // AWS answers for these in one region, whichever they reach.
    list("AWS::S3::MultiRegionAccessPoint", from(ListMultiRegionAccessPointsCommand, "AccessPoints", { input }), {
      id: "Name",
      arn: "arn:{partition}:s3::{account}:accesspoint/{Alias}",
      scope: "us-west-2",
      details: [
        detail(GetMultiRegionAccessPointPolicyCommand, named),
        detail(GetMultiRegionAccessPointPolicyStatusCommand, named),
      ],
    }),
    list(
      "AWS::S3::StorageLens",
      from(ListStorageLensConfigurationsCommand, "StorageLensConfigurationList", { input }),
      {
        id: "Id",
        arn: "StorageLensArn",
        details: [detail(GetStorageLensConfigurationCommand, { ConfigId: "Id", AccountId: "{account}" })],
      },
    ),
    list("AWS::S3::StorageLensGroup", from(ListStorageLensGroupsCommand, "StorageLensGroupList", { input }), {
      id: "Name",
      arn: "StorageLensGroupArn",
      tags,
    }),
    list(
      "AWS::S3::AccessGrantsInstance",
      from(ListAccessGrantsInstancesCommand, "AccessGrantsInstancesList", { input }),
      {
        id: "AccessGrantsInstanceId",
        arn: "AccessGrantsInstanceArn",
        tags,
        details: [
          detail(
            GetAccessGrantsInstanceResourcePolicyCommand,
            { AccountId: "{account}" },
            { none: ["AccessGrantsInstanceResourcePolicyNotExists"] },
          ),
        ],
      },
    ),
    list(
      "AWS::S3::AccessGrant",
      from(ListAccessGrantsCommand, "AccessGrantsList", { input, none: ["AccessGrantsInstanceNotExistsError"] }),
      { onlyWith: onlyWithInstance, id: "AccessGrantId", arn: "AccessGrantArn", tags },
    ),
    list(
      "AWS::S3::AccessGrantsLocation",
      from(ListAccessGrantsLocationsCommand, "AccessGrantsLocationsList", {
        input,
        none: ["AccessGrantsInstanceNotExistsError"],
      }),
      { onlyWith: onlyWithInstance, id: "AccessGrantsLocationId", arn: "AccessGrantsLocationArn", tags },
    ),
  ],
};
