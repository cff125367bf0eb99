import {
  DescribeGatewayInformationCommand,
  DescribeNFSFileSharesCommand,
  DescribeSMBFileSharesCommand,
  DescribeSMBSettingsCommand,
  ListFileSharesCommand,
  ListFileSystemAssociationsCommand,
  ListGatewaysCommand,
  ListTagsForResourceCommand,
  ListTapePoolsCommand,
  ListTapesCommand,
  ListVolumesCommand,
  StorageGatewayClient,
} from "@aws-sdk/client-storage-gateway";
import { inline, reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("storagegateway");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceARN: "{arn}" }), "Tags");

/** Storage Gateway: storage that a company's own machines reach as files, volumes and tapes. */
export const storagegateway: Service = {
  name: "storagegateway",
  title: "Storage Gateway: gateways, file shares with their encryption and clients, volumes and tapes",
  client: StorageGatewayClient,
  collectors: [
    list("AWS::StorageGateway::Gateway", from(ListGatewaysCommand, "Gateways"), {
      id: "GatewayId",
      arn: "GatewayARN",
      name: "GatewayName",
      tags: inline("Tags"),
      describe: describe(DescribeGatewayInformationCommand, { GatewayARN: "GatewayARN" }),
      details: [
        detail(
          DescribeSMBSettingsCommand,
          { GatewayARN: "GatewayARN" },
          // Gateways of volumes and tapes share no files.
          { when: ({ GatewayType }) => !/^(CACHED|STORED|VTL)/.test(GatewayType ?? "") },
        ),
      ],
      notSecret: {
        HostEnvironment: "on what the gateway runs",
        "DescribeSMBSettings.SMBGuestPasswordSet": "whether there is one",
      },
    }),
    list("AWS::StorageGateway::FileShare", from(ListFileSharesCommand, "FileShareInfoList"), {
      id: "FileShareARN",
      arn: "FileShareARN",
      tags,
      details: [
        detail(DescribeNFSFileSharesCommand, ({ FileShareARN }) => ({ FileShareARNList: [FileShareARN] }), {
          when: ({ FileShareType }) => FileShareType === "NFS",
        }),
        detail(DescribeSMBFileSharesCommand, ({ FileShareARN }) => ({ FileShareARNList: [FileShareARN] }), {
          when: ({ FileShareType }) => FileShareType === "SMB",
        }),
      ],
    }),
    list(
      "AWS::StorageGateway::FileSystemAssociation",
      from(ListFileSystemAssociationsCommand, "FileSystemAssociationSummaryList"),
      { id: "FileSystemAssociationARN", arn: "FileSystemAssociationARN", tags },
    ),
    list("AWS::StorageGateway::Volume", from(ListVolumesCommand, "VolumeInfos"), {
      id: "VolumeARN",
      arn: "VolumeARN",
      tags,
    }),
    list("AWS::StorageGateway::Tape", from(ListTapesCommand, "TapeInfos"), {
      id: "TapeARN",
      arn: "TapeARN",
      name: "TapeBarcode",
      tags,
    }),
    list("AWS::StorageGateway::TapePool", from(ListTapePoolsCommand, "PoolInfos"), {
      id: "PoolARN",
      arn: "PoolARN",
      name: "PoolName",
      tags,
    }),
  ],
};
