import {
  DescribeCapacityReservationsCommand,
  DescribeFleetsCommand,
  DescribeHostsCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeInstanceConnectEndpointsCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeLockedSnapshotsCommand,
  DescribePlacementGroupsCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  DescribeSpotFleetRequestsCommand,
  DescribeVolumesCommand,
  EC2Client,
  GetAllowedImagesSettingsCommand,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
  GetImageBlockPublicAccessStateCommand,
  GetInstanceMetadataDefaultsCommand,
  GetSerialConsoleAccessStatusCommand,
  GetSnapshotBlockPublicAccessStateCommand,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list, detail } = reads("ec2");
const tags = inline("Tags");
// A locked snapshot cannot be deleted, and its lock is its owner's.
const onlyWithSnapshot: OnlyWith = {
  type: "AWS::EC2::Snapshot",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LockSnapshot.html",
};
const idempotency = "the caller's idempotency token";
const imds = "whether the metadata service asks for session tokens (IMDSv2)";

/** EC2: machines, what they start from, and the defaults that protect them. */
export const ec2: Service = {
  name: "ec2",
  title: "EC2: instances, volumes, snapshots and images with whom they are shared, and the region's defaults",
  client: EC2Client,
  collectors: [
    list(
      "AWS::EC2::Instance",
      // Asked for everything at once, EC2 can time out where there is much.
      from(DescribeInstancesCommand, "Reservations.Instances", { input: { MaxResults: 1000 } }),
      {
        id: "InstanceId",
        arn: ec2Arn("instance", "InstanceId"),
        tags,
        notSecret: { ClientToken: idempotency, "MetadataOptions.HttpTokens": imds },
      },
    ),
    list("AWS::EC2::Volume", from(DescribeVolumesCommand, "Volumes", { input: { MaxResults: 500 } }), {
      id: "VolumeId",
      arn: ec2Arn("volume", "VolumeId"),
      tags,
    }),
    list(
      "AWS::EC2::Snapshot",
      from(DescribeSnapshotsCommand, "Snapshots", { input: { OwnerIds: ["self"], MaxResults: 1000 } }),
      {
        id: "SnapshotId",
        arn: "arn:{partition}:ec2:{region}::snapshot/{SnapshotId}",
        tags,
        details: [
          detail(DescribeSnapshotAttributeCommand, ({ SnapshotId }) => ({
            SnapshotId,
            Attribute: "createVolumePermission" as const,
          })),
        ],
      },
    ),
    list("AWS::EC2::SnapshotLock", from(DescribeLockedSnapshotsCommand, "Snapshots"), {
      onlyWith: onlyWithSnapshot,
      id: "SnapshotId",
    }),
    list(
      "AWS::EC2::Image",
      from(DescribeImagesCommand, "Images", {
        input: { Owners: ["self"], IncludeDeprecated: true, IncludeDisabled: true, MaxResults: 1000 },
      }),
      {
        id: "ImageId",
        arn: "arn:{partition}:ec2:{region}::image/{ImageId}",
        name: "Name",
        tags,
        details: [
          detail(DescribeImageAttributeCommand, ({ ImageId }) => ({ ImageId, Attribute: "launchPermission" as const })),
        ],
      },
    ),
    list("AWS::EC2::LaunchTemplate", from(DescribeLaunchTemplatesCommand, "LaunchTemplates"), {
      id: "LaunchTemplateId",
      arn: ec2Arn("launch-template", "LaunchTemplateId"),
      name: "LaunchTemplateName",
      tags,
      details: [
        detail(DescribeLaunchTemplateVersionsCommand, {
          LaunchTemplateId: "LaunchTemplateId",
          Versions: ["$Latest", "$Default"],
        }),
      ],
      redact: ["DescribeLaunchTemplateVersions.LaunchTemplateVersions.LaunchTemplateData.UserData"],
      notSecret: {
        "DescribeLaunchTemplateVersions.LaunchTemplateVersions.LaunchTemplateData.MetadataOptions.HttpTokens": imds,
      },
    }),
    list("AWS::EC2::KeyPair", from(DescribeKeyPairsCommand, "KeyPairs"), {
      id: "KeyPairId",
      arn: ec2Arn("key-pair", "KeyPairId"),
      name: "KeyName",
      tags,
    }),
    list(
      "AWS::EC2::InstanceConnectEndpoint",
      from(DescribeInstanceConnectEndpointsCommand, "InstanceConnectEndpoints"),
      { id: "InstanceConnectEndpointId", arn: "InstanceConnectEndpointArn", tags },
    ),
    list("AWS::EC2::Host", from(DescribeHostsCommand, "Hosts"), {
      id: "HostId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:dedicated-host/{HostId}",
      tags,
      notSecret: { ClientToken: idempotency },
    }),
    list("AWS::EC2::CapacityReservation", from(DescribeCapacityReservationsCommand, "CapacityReservations"), {
      id: "CapacityReservationId",
      arn: "CapacityReservationArn",
      tags,
    }),
    list("AWS::EC2::PlacementGroup", from(DescribePlacementGroupsCommand, "PlacementGroups"), {
      id: "GroupName",
      arn: "GroupArn",
      tags,
    }),
    list("AWS::EC2::SpotFleet", from(DescribeSpotFleetRequestsCommand, "SpotFleetRequestConfigs"), {
      id: "SpotFleetRequestId",
      arn: ec2Arn("spot-fleet-request", "SpotFleetRequestId"),
      tags,
      redact: ["SpotFleetRequestConfig.LaunchSpecifications.UserData"],
      notSecret: { "SpotFleetRequestConfig.ClientToken": idempotency },
    }),
    list("AWS::EC2::EC2Fleet", from(DescribeFleetsCommand, "Fleets"), {
      id: "FleetId",
      arn: ec2Arn("fleet", "FleetId"),
      tags,
      notSecret: { ClientToken: idempotency },
    }),
    list("AWS::EC2::EbsEncryptionByDefault", from(GetEbsEncryptionByDefaultCommand), {
      details: [detail(GetEbsDefaultKmsKeyIdCommand)],
    }),
    list("AWS::EC2::SnapshotBlockPublicAccess", from(GetSnapshotBlockPublicAccessStateCommand)),
    list("AWS::EC2::ImageBlockPublicAccess", from(GetImageBlockPublicAccessStateCommand)),
    list("AWS::EC2::AllowedImagesSettings", from(GetAllowedImagesSettingsCommand)),
    list("AWS::EC2::SerialConsoleAccess", from(GetSerialConsoleAccessStatusCommand)),
    list("AWS::EC2::InstanceMetadataDefaults", from(GetInstanceMetadataDefaultsCommand), {
      notSecret: { "AccountLevel.HttpTokens": imds, "AccountLevel.HttpTokensEnforced": imds },
    }),
  ],
};
