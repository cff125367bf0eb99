import {
  DescribeApplicationsCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-elastic-beanstalk";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail } = reads("elasticbeanstalk");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "{arn}" }), "ResourceTags");
const onlyWithApplication: OnlyWith = {
  type: "AWS::ElasticBeanstalk::Application",
  because: "https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DeleteApplication.html",
};

/** Elastic Beanstalk: applications, and how their environments are set up. */
export const elasticbeanstalk: Service = {
  name: "elasticbeanstalk",
  title: "Elastic Beanstalk: applications and environments with platform, updates and logging",
  client: ElasticBeanstalkClient,
  collectors: [
    list("AWS::ElasticBeanstalk::Application", from(DescribeApplicationsCommand, "Applications"), {
      id: "ApplicationName",
      arn: "ApplicationArn",
      tags,
    }),
    list(
      "AWS::ElasticBeanstalk::Environment",
      from(DescribeEnvironmentsCommand, "Environments", { input: { IncludeDeleted: false } }),
      {
        onlyWith: onlyWithApplication,
        id: "EnvironmentName",
        arn: "EnvironmentArn",
        tags,
        details: [
          detail(DescribeConfigurationSettingsCommand, {
            ApplicationName: "ApplicationName",
            EnvironmentName: "EnvironmentName",
          }),
        ],
        notSecret: { EnvironmentLinks: "names of other environments" },
        // Among the options are the variables that the application is given.
        redact: ["DescribeConfigurationSettings.ConfigurationSettings.OptionSettings.Value"],
      },
    ),
  ],
};
