import {
  DescribeCustomKeyStoresCommand,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListGrantsCommand,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describe } = reads("kms");

/** KMS: keys, who may use them, and whether they turn. */
export const kms: Service = {
  name: "kms",
  title: "KMS: keys, who may use them, and whether they turn",
  client: KMSClient,
  collectors: [
    list(
      "AWS::KMS::Key",
      from(ListKeysCommand, "Keys", { page: { tokens: [["Marker", "NextMarker"]] }, input: { Limit: 1000 } }),
      {
        id: "KeyId",
        arn: "KeyArn",
        describe: describe(DescribeKeyCommand, { KeyId: "KeyId" }, "KeyMetadata"),
        tags: taggingApi("kms:key"),
        details: [
          // A key has one policy; some that speak for KMS want its name all the same.
          detail(GetKeyPolicyCommand, ({ KeyId }) => ({ KeyId, PolicyName: "default" })),
          // Asymmetric keys and those of a custom store never turn, AWS's own each year.
          detail(
            GetKeyRotationStatusCommand,
            { KeyId: "KeyId" },
            { none: ["UnsupportedOperationException"], when: ({ KeyManager }) => KeyManager === "CUSTOMER" },
          ),
          detail(ListGrantsCommand, { KeyId: "KeyId" }),
        ],
      },
    ),
    list("AWS::KMS::Alias", from(ListAliasesCommand, "Aliases", { input: { Limit: 100 } }), {
      id: "AliasName",
      arn: "AliasArn",
    }),
    list("AWS::KMS::CustomKeyStore", from(DescribeCustomKeyStoresCommand, "CustomKeyStores"), {
      id: "CustomKeyStoreId",
      name: "CustomKeyStoreName",
    }),
  ],
};
