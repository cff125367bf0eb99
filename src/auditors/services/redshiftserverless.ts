import {
  GetResourcePolicyCommand,
  ListEndpointAccessCommand,
  ListNamespacesCommand,
  ListSnapshotsCommand,
  ListWorkgroupsCommand,
  RedshiftServerlessClient,
} from "@aws-sdk/client-redshift-serverless";
import { type OnlyWith, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("redshift-serverless");
const onlyWithNamespace: OnlyWith = {
  type: "AWS::RedshiftServerless::Namespace",
  because: "https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-console-namespace-delete.html",
};

/** Redshift Serverless: namespaces and workgroups, whether they are public, and with whom copies are shared. */
export const redshiftserverless: Service = {
  name: "redshiftserverless",
  title: "Redshift Serverless: namespaces and workgroups, whether they are public, and with whom copies are shared",
  client: RedshiftServerlessClient,
  collectors: [
    list("AWS::RedshiftServerless::Namespace", from(ListNamespacesCommand, "namespaces"), {
      id: "namespaceName",
      arn: "namespaceArn",
      tags: taggingApi("redshift-serverless:namespace"),
    }),
    list("AWS::RedshiftServerless::Workgroup", from(ListWorkgroupsCommand, "workgroups"), {
      onlyWith: onlyWithNamespace,
      id: "workgroupName",
      arn: "workgroupArn",
      tags: taggingApi("redshift-serverless:workgroup"),
      notSecret: { configParameters: "require_ssl, logging of activity, limits of queries" },
    }),
    list("AWS::RedshiftServerless::Snapshot", from(ListSnapshotsCommand, "snapshots"), {
      id: "snapshotName",
      arn: "snapshotArn",
      tags: taggingApi("redshift-serverless:snapshot"),
      details: [
        detail(GetResourcePolicyCommand, { resourceArn: "snapshotArn" }, { none: ["ResourceNotFoundException"] }),
      ],
    }),
    list("AWS::RedshiftServerless::EndpointAccess", from(ListEndpointAccessCommand, "endpoints"), {
      id: "endpointName",
      arn: "endpointArn",
    }),
  ],
};
