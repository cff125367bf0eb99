import {
  DescribeClientAuthenticationSettingsCommand,
  DescribeDirectoriesCommand,
  DescribeEventTopicsCommand,
  DescribeLDAPSSettingsCommand,
  DescribeSettingsCommand,
  DescribeSharedDirectoriesCommand,
  DescribeSnapshotsCommand,
  DescribeTrustsCommand,
  DirectoryServiceClient,
  ListCertificatesCommand,
  ListLogSubscriptionsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-directory-service";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail } = reads("ds");
const directories = from(DescribeDirectoriesCommand, "DirectoryDescriptions");
const ofDirectory = { DirectoryId: "DirectoryId" } as const;
/** What Microsoft's own directory has; of these others, AWS answers that they do not. */
const ofMicrosoft = {
  when: ({ Type }: { Type?: string }) => !/^(SimpleAD|ADConnector|SharedMicrosoftAD)$/.test(Type ?? ""),
};
const onlyWithDirectory: OnlyWith = {
  type: "AWS::DirectoryService::Directory",
  because: "https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_delete.html",
};

/** Directory Service: directories of a company's people and machines, and whom they trust. */
export const directoryservice: Service = {
  name: "directoryservice",
  title: "Directory Service: directories with LDAPS, settings and logging, their trusts, sharing and copies",
  client: DirectoryServiceClient,
  collectors: [
    list("AWS::DirectoryService::Directory", directories, {
      id: "DirectoryId",
      arn: "arn:{partition}:ds:{region}:{account}:directory/{DirectoryId}",
      name: "Name",
      tags: tagsFrom(detail(ListTagsForResourceCommand, { ResourceId: "DirectoryId" }), "Tags"),
      details: [
        detail(DescribeLDAPSSettingsCommand, ofDirectory, ofMicrosoft),
        detail(DescribeSettingsCommand, ofDirectory, ofMicrosoft),
        detail(DescribeClientAuthenticationSettingsCommand, ofDirectory, ofMicrosoft),
        detail(ListCertificatesCommand, ofDirectory, ofMicrosoft),
        detail(DescribeEventTopicsCommand, ofDirectory),
      ],
      redact: ["RadiusSettings.SharedSecret", "OwnerDirectoryDescription.RadiusSettings.SharedSecret"],
    }),
    list("AWS::DirectoryService::Trust", from(DescribeTrustsCommand, "Trusts"), {
      id: "TrustId",
      name: "RemoteDomainName",
    }),
    list(
      "AWS::DirectoryService::SharedDirectory",
      under(directories, DescribeSharedDirectoriesCommand, "SharedDirectories", { OwnerDirectoryId: "DirectoryId" }),
      { id: "SharedDirectoryId" },
    ),
    list("AWS::DirectoryService::LogSubscription", from(ListLogSubscriptionsCommand, "LogSubscriptions"), {
      id: "DirectoryId",
    }),
    list("AWS::DirectoryService::Snapshot", from(DescribeSnapshotsCommand, "Snapshots"), {
      onlyWith: onlyWithDirectory,
      id: "SnapshotId",
      name: "Name",
    }),
  ],
};
