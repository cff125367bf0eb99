import {
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeFargateProfileCommand,
  DescribeIdentityProviderConfigCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListAssociatedAccessPoliciesCommand,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListIdentityProviderConfigsCommand,
  ListNodegroupsCommand,
  ListPodIdentityAssociationsCommand,
} from "@aws-sdk/client-eks";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail, describe } = reads("eks");
const clusters = from(ListClustersCommand, "clusters", { as: "name", input: { include: ["all"] } });
const ofCluster = { clusterName: "name" } as const;
const tags = inline("tags");
const idempotency = "the caller's idempotency token";

/** EKS: Kubernetes clusters, where their pods run, and who may act in them. */
export const eks: Service = {
  name: "eks",
  title: "EKS: clusters with endpoints, encryption and logging, their nodes, add-ons and who may act in them",
  client: EKSClient,
  collectors: [
    list("AWS::EKS::Cluster", clusters, {
      id: "name",
      arn: "arn",
      tags,
      describe: describe(DescribeClusterCommand, { name: "name" }, "cluster"),
      notSecret: { clientRequestToken: idempotency },
    }),
    list(
      "AWS::EKS::Nodegroup",
      under(clusters, ListNodegroupsCommand, "nodegroups", ofCluster, { as: "nodegroupName" }),
      {
        id: "{clusterName}|{nodegroupName}",
        arn: "nodegroupArn",
        name: "nodegroupName",
        tags,
        describe: describe(
          DescribeNodegroupCommand,
          { clusterName: "clusterName", nodegroupName: "nodegroupName" },
          "nodegroup",
        ),
      },
    ),
    list("AWS::EKS::Addon", under(clusters, ListAddonsCommand, "addons", ofCluster, { as: "addonName" }), {
      id: "{clusterName}|{addonName}",
      arn: "addonArn",
      name: "addonName",
      tags,
      describe: describe(DescribeAddonCommand, { clusterName: "clusterName", addonName: "addonName" }, "addon"),
      redact: ["configurationValues"],
    }),
    list(
      "AWS::EKS::FargateProfile",
      under(clusters, ListFargateProfilesCommand, "fargateProfileNames", ofCluster, { as: "fargateProfileName" }),
      {
        id: "{clusterName}|{fargateProfileName}",
        arn: "fargateProfileArn",
        name: "fargateProfileName",
        tags,
        describe: describe(
          DescribeFargateProfileCommand,
          { clusterName: "clusterName", fargateProfileName: "fargateProfileName" },
          "fargateProfile",
        ),
      },
    ),
    list(
      "AWS::EKS::AccessEntry",
      under(
        clusters,
        ListAccessEntriesCommand,
        "accessEntries",
        ofCluster,
        // Clusters that trust the aws-auth map alone have no entries.
        { as: "principalArn", none: ["InvalidRequestException"] },
      ),
      {
        id: "{principalArn}|{clusterName}",
        arn: "accessEntryArn",
        tags,
        describe: describe(
          DescribeAccessEntryCommand,
          { clusterName: "clusterName", principalArn: "principalArn" },
          "accessEntry",
        ),
        details: [
          detail(ListAssociatedAccessPoliciesCommand, { clusterName: "clusterName", principalArn: "principalArn" }),
        ],
      },
    ),
    list(
      "AWS::EKS::PodIdentityAssociation",
      under(clusters, ListPodIdentityAssociationsCommand, "associations", ofCluster),
      {
        id: "associationId",
        arn: "associationArn",
        tags,
        describe: describe(
          DescribePodIdentityAssociationCommand,
          { clusterName: "clusterName", associationId: "associationId" },
          "association",
        ),
      },
    ),
    list(
      "AWS::EKS::IdentityProviderConfig",
      under(clusters, ListIdentityProviderConfigsCommand, "identityProviderConfigs", ofCluster),
      {
        id: "{name}|{clusterName}|{type}",
        arn: "identityProviderConfigArn",
        name: "name",
        tags,
        describe: describe(
          DescribeIdentityProviderConfigCommand,
          ({ clusterName, type, name }) => ({ clusterName, identityProviderConfig: { type, name } }),
          "identityProviderConfig.oidc",
        ),
      },
    ),
  ],
};
