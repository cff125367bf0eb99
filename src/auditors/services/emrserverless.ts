import { EMRServerlessClient, GetApplicationCommand, ListApplicationsCommand } from "@aws-sdk/client-emr-serverless";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, describe } = reads("emr-serverless");

/** EMR Serverless: applications, in which network, and under which keys. */
export const emrserverless: Service = {
  name: "emrserverless",
  title: "EMR Serverless: applications, in which network, and under which keys",
  client: EMRServerlessClient,
  collectors: [
    list("AWS::EMRServerless::Application", from(ListApplicationsCommand, "applications"), {
      id: "id",
      arn: "arn",
      name: "name",
      describe: describe(GetApplicationCommand, { applicationId: "id" }, "application"),
      tags: inline("tags"),
      redact: ["runtimeConfiguration"],
    }),
  ],
};
