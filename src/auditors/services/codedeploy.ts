import {
  BatchGetApplicationsCommand,
  CodeDeployClient,
  GetDeploymentGroupCommand,
  ListApplicationsCommand,
  ListDeploymentGroupsCommand,
} from "@aws-sdk/client-codedeploy";
import { reads, type Service } from "../collector.ts";

const { from, under, list, describe, describeInBatches } = reads("codedeploy");
const applications = from(ListApplicationsCommand, "applications", { as: "applicationName" });

/** CodeDeploy: what is put where, as whom, and whether it goes back when it fails. */
export const codedeploy: Service = {
  name: "codedeploy",
  title: "CodeDeploy: what is put where, as whom, and whether it goes back when it fails",
  client: CodeDeployClient,
  collectors: [
    list("AWS::CodeDeploy::Application", applications, {
      id: "applicationName",
      arn: "arn:{partition}:codedeploy:{region}:{account}:application:{applicationName}",
      describe: describeInBatches(
        BatchGetApplicationsCommand,
        100,
        { applicationNames: "applicationName" },
        "applicationsInfo",
        ["applicationName", "applicationName"],
      ),
    }),
    list(
      "AWS::CodeDeploy::DeploymentGroup",
      under(
        applications,
        ListDeploymentGroupsCommand,
        "deploymentGroups",
        { applicationName: "applicationName" },
        { as: "deploymentGroupName" },
      ),
      {
        id: "{applicationName}/{deploymentGroupName}",
        arn: "arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{applicationName}/{deploymentGroupName}",
        name: "deploymentGroupName",
        describe: describe(
          GetDeploymentGroupCommand,
          { applicationName: "applicationName", deploymentGroupName: "deploymentGroupName" },
          "deploymentGroupInfo",
        ),
        redact: ["targetRevision.string.content", "targetRevision.appSpecContent.content"],
      },
    ),
  ],
};
