import {
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetOpenIDConnectProviderCommand,
  GetSAMLProviderCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAccountAliasesCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfileTagsCommand,
  ListMFADevicesCommand,
  ListMFADeviceTagsCommand,
  ListOpenIDConnectProvidersCommand,
  ListPolicyTagsCommand,
  ListSAMLProvidersCommand,
  ListServerCertificatesCommand,
  ListServerCertificateTagsCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListVirtualMFADevicesCommand,
} from "@aws-sdk/client-iam";
import { inline, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail } = reads("iam", "global");
// One paged call answers with policies, tags, boundaries and last use, where the lists need calls per principal.
const users = from(GetAccountAuthorizationDetailsCommand, "UserDetailList", { input: { Filter: ["User"] } });
const openId = detail(GetOpenIDConnectProviderCommand, { OpenIDConnectProviderArn: "{arn}" });
const saml = detail(GetSAMLProviderCommand, { SAMLProviderArn: "Arn" });

/** IAM: who may act in the account, and as whom. */
export const iam: Service = {
  name: "iam",
  title: "IAM: who may act in the account, and as whom",
  client: IAMClient,
  collectors: [
    list("AWS::IAM::User", users, {
      id: "UserName",
      arn: "Arn",
      tags: inline("Tags"),
      details: [
        detail(ListAccessKeysCommand, { UserName: "UserName" }),
        detail(ListMFADevicesCommand, { UserName: "UserName" }),
      ],
    }),
    list("AWS::IAM::AccessKey", under(users, ListAccessKeysCommand, "AccessKeyMetadata", { UserName: "UserName" }), {
      id: "AccessKeyId",
      details: [detail(GetAccessKeyLastUsedCommand, { AccessKeyId: "AccessKeyId" })],
    }),
    list(
      "AWS::IAM::Group",
      from(GetAccountAuthorizationDetailsCommand, "GroupDetailList", { input: { Filter: ["Group"] } }),
      { id: "GroupName", arn: "Arn" },
    ),
    list(
      "AWS::IAM::Role",
      from(GetAccountAuthorizationDetailsCommand, "RoleDetailList", { input: { Filter: ["Role"] } }),
      { id: "RoleName", arn: "Arn", tags: inline("Tags") },
    ),
    list(
      "AWS::IAM::ManagedPolicy",
      from(GetAccountAuthorizationDetailsCommand, "Policies", { input: { Filter: ["LocalManagedPolicy"] } }),
      {
        id: "PolicyId",
        arn: "Arn",
        name: "PolicyName",
        tags: tagsFrom(detail(ListPolicyTagsCommand, { PolicyArn: "Arn" }), "Tags"),
      },
    ),
    list("AWS::IAM::OIDCProvider", from(ListOpenIDConnectProvidersCommand, "OpenIDConnectProviderList"), {
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(openId, "Tags"),
      details: [openId],
    }),
    list("AWS::IAM::SAMLProvider", from(ListSAMLProvidersCommand, "SAMLProviderList"), {
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(saml, "Tags"),
      details: [saml],
      notSecret: { "GetSAMLProvider.PrivateKeyList": "ids of keys and since when, and not the keys" },
    }),
    list(
      "AWS::IAM::AccountPasswordPolicy",
      from(GetAccountPasswordPolicyCommand, "PasswordPolicy", { none: ["NoSuchEntity"] }),
    ),
    list(
      "AWS::IAM::VirtualMFADevice",
      from(ListVirtualMFADevicesCommand, "VirtualMFADevices", { input: { MaxItems: 1000 } }),
      {
        id: "SerialNumber",
        arn: "SerialNumber",
        tags: tagsFrom(detail(ListMFADeviceTagsCommand, { SerialNumber: "SerialNumber" }), "Tags"),
        redact: ["Base32StringSeed", "QRCodePNG"],
      },
    ),
    list(
      "AWS::IAM::InstanceProfile",
      from(ListInstanceProfilesCommand, "InstanceProfiles", { input: { MaxItems: 1000 } }),
      {
        id: "InstanceProfileName",
        arn: "Arn",
        tags: tagsFrom(detail(ListInstanceProfileTagsCommand, { InstanceProfileName: "InstanceProfileName" }), "Tags"),
      },
    ),
    list(
      "AWS::IAM::ServerCertificate",
      from(ListServerCertificatesCommand, "ServerCertificateMetadataList", { input: { MaxItems: 1000 } }),
      {
        id: "ServerCertificateName",
        arn: "Arn",
        tags: tagsFrom(
          detail(ListServerCertificateTagsCommand, { ServerCertificateName: "ServerCertificateName" }),
          "Tags",
        ),
      },
    ),
    list("AWS::IAM::SSHPublicKey", under(users, ListSSHPublicKeysCommand, "SSHPublicKeys", { UserName: "UserName" }), {
      id: "SSHPublicKeyId",
    }),
    list(
      "AWS::IAM::SigningCertificate",
      under(users, ListSigningCertificatesCommand, "Certificates", { UserName: "UserName" }),
      { id: "CertificateId" },
    ),
    list(
      "AWS::IAM::ServiceSpecificCredential",
      from(ListServiceSpecificCredentialsCommand, "ServiceSpecificCredentials", { input: { AllUsers: true } }),
      {
        id: "ServiceSpecificCredentialId",
        notSecret: { ServiceCredentialAlias: "a part of the id, by which the service shows it" },
      },
    ),
    list("AWS::IAM::AccountAlias", from(ListAccountAliasesCommand, "AccountAliases", { as: "AccountAlias" }), {
      id: "AccountAlias",
    }),
    // Asked for first and read after. One that is never ready is an outcome, and there in the next run.
    list("AWS::IAM::CredentialReport", from(GenerateCredentialReportCommand), {
      details: [
        detail(GetCredentialReportCommand, {}, { pending: ["ReportInProgress", "ReportNotPresent", "ReportExpired"] }),
      ],
      notSecret: { GetCredentialReport: "when passwords and keys were made and used, in CSV, and none of them" },
    }),
    list("AWS::IAM::AccountSummary", from(GetAccountSummaryCommand)),
  ],
};
