import {
  GetActiveNamesCommand,
  GetBucketsCommand,
  GetCertificatesCommand,
  GetContainerServicesCommand,
  GetDiskSnapshotsCommand,
  GetDisksCommand,
  GetDistributionsCommand,
  GetDomainsCommand,
  GetInstanceSnapshotsCommand,
  GetInstancesCommand,
  GetKeyPairsCommand,
  GetLoadBalancersCommand,
  GetRelationalDatabasesCommand,
  GetStaticIpsCommand,
  LightsailClient,
} from "@aws-sdk/client-lightsail";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list } = reads("lightsail");
const named = { id: "name", arn: "arn" } as const;
const tagged = { ...named, tags: inline("tags") };
const onlyNamed: OnlyWith = {
  countedBy: from(GetActiveNamesCommand, "activeNames", { as: "name" }),
  because: "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_GetActiveNames.html",
};
const counted = { ...tagged, onlyWith: onlyNamed };

/** Lightsail: machines, databases and buckets outside the networks that others look at. */
export const lightsail: Service = {
  name: "lightsail",
  title: "Lightsail: instances with open ports, databases, buckets, containers and what leads to them",
  client: LightsailClient,
  collectors: [
    list("AWS::Lightsail::Instance", from(GetInstancesCommand, "instances"), {
      ...counted,
      notSecret: { "metadataOptions.httpTokens": "whether the metadata service asks for session tokens (IMDSv2)" },
    }),
    list("AWS::Lightsail::Disk", from(GetDisksCommand, "disks"), counted),
    list("AWS::Lightsail::InstanceSnapshot", from(GetInstanceSnapshotsCommand, "instanceSnapshots"), counted),
    list("AWS::Lightsail::DiskSnapshot", from(GetDiskSnapshotsCommand, "diskSnapshots"), counted),
    list("AWS::Lightsail::Database", from(GetRelationalDatabasesCommand, "relationalDatabases"), {
      ...counted,
      redact: ["pendingModifiedValues.masterUserPassword"],
    }),
    list("AWS::Lightsail::Bucket", from(GetBucketsCommand, "buckets", { input: { includeCors: true } }), tagged),
    list("AWS::Lightsail::Container", from(GetContainerServicesCommand, "containerServices"), {
      ...tagged,
      id: "containerServiceName",
      redact: ["currentDeployment", "nextDeployment"].flatMap((each) => [
        `${each}.containers.*.environment`,
        `${each}.containers.*.command`,
      ]),
    }),
    // Served by the region us-east-1 alone, as domains are.
    list("AWS::Lightsail::Distribution", from(GetDistributionsCommand, "distributions"), {
      ...tagged,
      scope: "us-east-1",
      notSecret: {
        waf: "rules that say what is looked at",
        "waf.wafRules.atpConfig.passwordField": "the name of the field that a password is sent in",
      },
    }),
    list("AWS::Lightsail::Domain", from(GetDomainsCommand, "domains"), { ...tagged, scope: "us-east-1" }),
    list("AWS::Lightsail::LoadBalancer", from(GetLoadBalancersCommand, "loadBalancers"), counted),
    list("AWS::Lightsail::Certificate", from(GetCertificatesCommand, "certificates"), {
      id: "certificateName",
      arn: "certificateArn",
      tags: inline("tags"),
    }),
    list(
      "AWS::Lightsail::KeyPair",
      from(GetKeyPairsCommand, "keyPairs", { input: { includeDefaultKeyPair: true } }),
      tagged,
    ),
    list("AWS::Lightsail::StaticIp", from(GetStaticIpsCommand, "staticIps"), { ...named, onlyWith: onlyNamed }),
  ],
};
