import {
  ACMClient,
  DescribeCertificateCommand,
  GetAccountConfigurationCommand,
  KeyAlgorithm,
  ListCertificatesCommand,
} from "@aws-sdk/client-acm";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("acm");

/** Certificate Manager: certificates, until when they hold, and what uses them. */
export const acm: Service = {
  name: "acm",
  title: "Certificate Manager: certificates with validity, renewal, transparency and what uses them",
  client: ACMClient,
  collectors: [
    list(
      "AWS::CertificateManager::Certificate",
      // Unless asked for them, certificates with other keys than RSA of 1024 and 2048 bits are left out.
      from(ListCertificatesCommand, "CertificateSummaryList", {
        input: { Includes: { keyTypes: Object.values(KeyAlgorithm) } },
      }),
      {
        id: "CertificateArn",
        arn: "CertificateArn",
        name: "DomainName",
        tags: taggingApi("acm:certificate"),
        describe: describe(DescribeCertificateCommand, { CertificateArn: "CertificateArn" }, "Certificate"),
      },
    ),
    list("AWS::CertificateManager::Account", from(GetAccountConfigurationCommand)),
  ],
};
