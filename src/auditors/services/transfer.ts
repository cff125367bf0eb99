import {
  DescribeAgreementCommand,
  DescribeConnectorCommand,
  DescribeServerCommand,
  DescribeUserCommand,
  DescribeWebAppCommand,
  DescribeWorkflowCommand,
  ListAgreementsCommand,
  ListCertificatesCommand,
  ListConnectorsCommand,
  ListHostKeysCommand,
  ListProfilesCommand,
  ListServersCommand,
  ListTagsForResourceCommand,
  ListUsersCommand,
  ListWebAppsCommand,
  ListWorkflowsCommand,
  TransferClient,
} from "@aws-sdk/client-transfer";
import { inline, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describe } = reads("transfer");
const servers = from(ListServersCommand, "Servers");
const ofServer = { ServerId: "ServerId" } as const;
const tags = inline("Tags");
const tagsOfEach = tagsFrom(detail(ListTagsForResourceCommand, { Arn: "{arn}" }), "Tags");

/** Transfer Family: who moves files in and out over SFTP, FTPS, FTP and AS2. */
export const transfer: Service = {
  name: "transfer",
  title: "Transfer Family: servers with protocols, endpoint and logging, their users and roles, connectors, AS2",
  client: TransferClient,
  collectors: [
    list("AWS::Transfer::Server", servers, {
      id: "ServerId",
      arn: "Arn",
      tags,
      describe: describe(DescribeServerCommand, ofServer, "Server"),
    }),
    list("AWS::Transfer::User", under(servers, ListUsersCommand, "Users", ofServer), {
      id: "{ServerId}|{UserName}",
      arn: "Arn",
      name: "UserName",
      tags,
      describe: describe(DescribeUserCommand, { ServerId: "ServerId", UserName: "UserName" }, "User"),
    }),
    list("AWS::Transfer::HostKey", under(servers, ListHostKeysCommand, "HostKeys", ofServer), {
      id: "{ServerId}|{HostKeyId}",
      arn: "Arn",
      name: "HostKeyId",
    }),
    list("AWS::Transfer::Agreement", under(servers, ListAgreementsCommand, "Agreements", ofServer), {
      id: "{ServerId}|{AgreementId}",
      arn: "Arn",
      name: "AgreementId",
      tags,
      describe: describe(DescribeAgreementCommand, { ServerId: "ServerId", AgreementId: "AgreementId" }, "Agreement"),
    }),
    list("AWS::Transfer::Connector", from(ListConnectorsCommand, "Connectors"), {
      id: "ConnectorId",
      arn: "Arn",
      tags,
      describe: describe(DescribeConnectorCommand, { ConnectorId: "ConnectorId" }, "Connector"),
      notSecret: { "SftpConfig.OrderedUserSecretVersionStages": "names of a secret's versions" },
    }),
    list("AWS::Transfer::Certificate", from(ListCertificatesCommand, "Certificates"), {
      id: "CertificateId",
      arn: "Arn",
      tags: tagsOfEach,
    }),
    list("AWS::Transfer::Profile", from(ListProfilesCommand, "Profiles"), {
      id: "ProfileId",
      arn: "Arn",
      tags: tagsOfEach,
    }),
    list("AWS::Transfer::Workflow", from(ListWorkflowsCommand, "Workflows"), {
      id: "WorkflowId",
      arn: "Arn",
      tags,
      describe: describe(DescribeWorkflowCommand, { WorkflowId: "WorkflowId" }, "Workflow"),
    }),
    list("AWS::Transfer::WebApp", from(ListWebAppsCommand, "WebApps"), {
      id: "WebAppId",
      arn: "Arn",
      tags,
      describe: describe(DescribeWebAppCommand, { WebAppId: "WebAppId" }, "WebApp"),
    }),
  ],
};
