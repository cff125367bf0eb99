import * as athena from "@aws-sdk/client-athena";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as cognito from "@aws-sdk/client-cognito-identity-provider";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as elasticache from "@aws-sdk/client-elasticache";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as glue from "@aws-sdk/client-glue";
import * as guardduty from "@aws-sdk/client-guardduty";
import * as kinesis from "@aws-sdk/client-kinesis";
import * as kms from "@aws-sdk/client-kms";
import * as opensearch from "@aws-sdk/client-opensearch";
import * as organizations from "@aws-sdk/client-organizations";
import * as redshift from "@aws-sdk/client-redshift";
import * as domains from "@aws-sdk/client-route-53-domains";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as secretsmanager from "@aws-sdk/client-secrets-manager";
import * as sfn from "@aws-sdk/client-sfn";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import { kinesis as declaredKinesis } from "../../src/auditors/services/kinesis.ts";
import type { Row } from "./motoComputeRows.ts";

const role = "arn:aws:iam::123456789012:role/any";

const contact: domains.ContactDetail = {
  FirstName: "Alice",
  LastName: "Example",
  ContactType: "PERSON",
  AddressLine1: "1 Street",
  City: "Town",
  CountryCode: "US",
  State: "WA",
  ZipCode: "98101",
  PhoneNumber: "+1.5555550100",
  Email: "alice@example.com",
};

/** Security, logging, messaging, data and delivery. */
export const dataRows: readonly Row[] = [
  {
    service: "sns",
    make: async (clientOf) => {
      const client = clientOf(sns.SNSClient);
      const { TopicArn } = await client.send(new sns.CreateTopicCommand({ Name: "alarms" }));
      await client.send(
        new sns.SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:us-east-1:123456789012:jobs" }),
      );
    },
    types: {
      "AWS::SNS::Topic": "sns list-topics --query Topics[].TopicArn",
      "AWS::SNS::Subscription": "sns list-subscriptions --query Subscriptions[].SubscriptionArn",
    },
  },
  {
    service: "sqs",
    make: async (clientOf) => {
      for (const QueueName of ["jobs", "failed-jobs"])
        await clientOf(sqs.SQSClient).send(new sqs.CreateQueueCommand({ QueueName }));
    },
    types: { "AWS::SQS::Queue": "sqs list-queues --query QueueUrls[]" },
  },
  {
    service: "kms",
    make: async (clientOf) => {
      const client = clientOf(kms.KMSClient);
      const { KeyMetadata } = await client.send(new kms.CreateKeyCommand({}));
      await client.send(new kms.CreateAliasCommand({ AliasName: "alias/orders", TargetKeyId: KeyMetadata!.KeyId }));
    },
    types: {
      "AWS::KMS::Key": "kms list-keys --query Keys[].KeyArn",
      "AWS::KMS::Alias": "kms list-aliases --query Aliases[].AliasArn",
    },
  },
  {
    service: "secretsmanager",
    make: (clientOf) =>
      clientOf(secretsmanager.SecretsManagerClient).send(
        new secretsmanager.CreateSecretCommand({ Name: "orders/db", SecretString: "hunter2" }),
      ),
    types: { "AWS::SecretsManager::Secret": "secretsmanager list-secrets --query SecretList[].ARN" },
  },
  {
    service: "cloudtrail",
    make: async (clientOf) => {
      await clientOf(S3Client).send(new CreateBucketCommand({ Bucket: "trail-logs" }));
      await clientOf(cloudtrail.CloudTrailClient).send(
        new cloudtrail.CreateTrailCommand({ Name: "all", S3BucketName: "trail-logs", IsMultiRegionTrail: true }),
      );
    },
    types: { "AWS::CloudTrail::Trail": "cloudtrail list-trails --query Trails[].TrailARN" },
  },
  {
    service: "cloudwatch",
    make: (clientOf) =>
      clientOf(cloudwatch.CloudWatchClient).send(
        new cloudwatch.PutMetricAlarmCommand({
          AlarmName: "errors",
          Namespace: "orders",
          MetricName: "Errors",
          ComparisonOperator: "GreaterThanThreshold",
          EvaluationPeriods: 1,
          Period: 60,
          Statistic: "Sum",
          Threshold: 0,
        }),
      ),
    types: { "AWS::CloudWatch::Alarm": "cloudwatch describe-alarms --query MetricAlarms[].AlarmArn" },
  },
  {
    service: "logs",
    make: async (clientOf) => {
      const client = clientOf(logs.CloudWatchLogsClient);
      await client.send(new logs.CreateLogGroupCommand({ logGroupName: "/orders/api" }));
      await client.send(
        new logs.PutMetricFilterCommand({
          logGroupName: "/orders/api",
          filterName: "errors",
          filterPattern: "ERROR",
          metricTransformations: [{ metricName: "Errors", metricNamespace: "orders", metricValue: "1" }],
        }),
      );
    },
    types: {
      "AWS::Logs::LogGroup": "logs describe-log-groups --query logGroups[].logGroupName",
      "AWS::Logs::MetricFilter": "logs describe-metric-filters --query metricFilters[].filterName",
    },
  },
  {
    service: "eventbridge",
    make: async (clientOf) => {
      const client = clientOf(eventbridge.EventBridgeClient);
      await client.send(new eventbridge.CreateEventBusCommand({ Name: "orders" }));
      await client.send(new eventbridge.PutRuleCommand({ Name: "nightly", ScheduleExpression: "rate(1 day)" }));
    },
    types: {
      "AWS::Events::EventBus": "events list-event-buses --query EventBuses[].Arn",
      "AWS::Events::Rule": "events list-rules --query Rules[].Arn",
    },
  },
  {
    service: "scheduler",
    make: (clientOf) =>
      clientOf(scheduler.SchedulerClient).send(
        new scheduler.CreateScheduleCommand({
          Name: "report",
          ScheduleExpression: "rate(1 day)",
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: { Arn: "arn:aws:sqs:us-east-1:123456789012:jobs", RoleArn: role },
        }),
      ),
    types: { "AWS::Scheduler::Schedule": "scheduler list-schedules --query Schedules[].Arn" },
  },
  {
    service: "stepfunctions",
    make: (clientOf) =>
      clientOf(sfn.SFNClient).send(
        new sfn.CreateStateMachineCommand({
          name: "fulfil",
          roleArn: role,
          definition: JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } }),
        }),
      ),
    types: {
      "AWS::StepFunctions::StateMachine": "stepfunctions list-state-machines --query stateMachines[].stateMachineArn",
    },
  },
  {
    service: "dynamodb",
    make: async (clientOf) => {
      for (const TableName of ["orders", "carts"])
        await clientOf(dynamodb.DynamoDBClient).send(
          new dynamodb.CreateTableCommand({
            TableName,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          }),
        );
    },
    types: { "AWS::DynamoDB::Table": "dynamodb list-tables --query TableNames[]" },
  },
  {
    service: "kinesis",
    // The SDK's own client would speak HTTP/2, and moto does not.
    make: (clientOf) =>
      clientOf(declaredKinesis.client as typeof kinesis.KinesisClient).send(
        new kinesis.CreateStreamCommand({ StreamName: "clicks", ShardCount: 1 }),
      ),
    types: { "AWS::Kinesis::Stream": "kinesis list-streams --query StreamNames[]" },
  },
  {
    service: "glue",
    make: async (clientOf) => {
      await clientOf(glue.GlueClient).send(new glue.CreateDatabaseCommand({ DatabaseInput: { Name: "sales" } }));
      await clientOf(glue.GlueClient).send(
        new glue.CreateJobCommand({ Name: "nightly", Role: role, Command: { Name: "glueetl" } }),
      );
    },
    types: {
      "AWS::Glue::Database": "glue get-databases --query DatabaseList[].Name",
      "AWS::Glue::Job": "glue get-jobs --query Jobs[].Name",
    },
  },
  {
    service: "athena",
    make: (clientOf) =>
      clientOf(athena.AthenaClient).send(new athena.CreateWorkGroupCommand({ Name: "analysts", Configuration: {} })),
    types: { "AWS::Athena::WorkGroup": "athena list-work-groups --query WorkGroups[].Name" },
  },
  {
    service: "elasticache",
    make: (clientOf) =>
      clientOf(elasticache.ElastiCacheClient).send(
        new elasticache.CreateCacheClusterCommand({
          CacheClusterId: "sessions",
          Engine: "redis",
          NumCacheNodes: 1,
          CacheNodeType: "cache.t4g.micro",
        }),
      ),
    types: {
      "AWS::ElastiCache::CacheCluster": "elasticache describe-cache-clusters --query CacheClusters[].ARN",
    },
  },
  {
    service: "redshift",
    make: (clientOf) =>
      clientOf(redshift.RedshiftClient).send(
        new redshift.CreateClusterCommand({
          ClusterIdentifier: "warehouse",
          NodeType: "ra3.large",
          MasterUsername: "dbadmin",
          MasterUserPassword: "Password1234",
        }),
      ),
    types: { "AWS::Redshift::Cluster": "redshift describe-clusters --query Clusters[].ClusterIdentifier" },
  },
  {
    service: "opensearch",
    make: (clientOf) =>
      clientOf(opensearch.OpenSearchClient).send(new opensearch.CreateDomainCommand({ DomainName: "search" })),
    types: { "AWS::OpenSearchService::Domain": "opensearch list-domain-names --query DomainNames[].DomainName" },
  },
  {
    service: "cloudformation",
    make: (clientOf) =>
      clientOf(cloudformation.CloudFormationClient).send(
        new cloudformation.CreateStackCommand({
          StackName: "orders",
          TemplateBody: JSON.stringify({ Resources: { Topic: { Type: "AWS::SNS::Topic" } } }),
        }),
      ),
    types: { "AWS::CloudFormation::Stack": "cloudformation describe-stacks --query Stacks[].StackId" },
  },
  {
    service: "ssm",
    make: (clientOf) =>
      clientOf(ssm.SSMClient).send(
        new ssm.PutParameterCommand({ Name: "/orders/db", Type: "SecureString", Value: "hunter2" }),
      ),
    types: { "AWS::SSM::Parameter": "ssm describe-parameters --query Parameters[].Name" },
  },
  {
    service: "cognito",
    make: (clientOf) =>
      clientOf(cognito.CognitoIdentityProviderClient).send(
        new cognito.CreateUserPoolCommand({ PoolName: "customers" }),
      ),
    types: { "AWS::Cognito::UserPool": "cognito-idp list-user-pools --max-results 60 --query UserPools[].Id" },
  },
  {
    service: "guardduty",
    make: (clientOf) => clientOf(guardduty.GuardDutyClient).send(new guardduty.CreateDetectorCommand({ Enable: true })),
    types: { "AWS::GuardDuty::Detector": "guardduty list-detectors --query DetectorIds[]" },
  },
  {
    service: "organizations",
    make: async (clientOf) => {
      const client = clientOf(organizations.OrganizationsClient);
      await client.send(new organizations.CreateOrganizationCommand({ FeatureSet: "ALL" }));
      const { Roots } = await client.send(new organizations.ListRootsCommand({}));
      await client.send(
        new organizations.CreateOrganizationalUnitCommand({ ParentId: Roots![0]!.Id, Name: "workloads" }),
      );
      await client.send(new organizations.CreateAccountCommand({ AccountName: "orders", Email: "orders@example.com" }));
    },
    types: { "AWS::Organizations::Account": "organizations list-accounts --query Accounts[].Arn" },
  },
  {
    service: "route53domains",
    make: async (clientOf) => {
      await clientOf(domains.Route53DomainsClient).send(
        new domains.RegisterDomainCommand({
          DomainName: "example.com",
          DurationInYears: 2,
          AdminContact: contact,
          RegistrantContact: contact,
          TechContact: contact,
        }),
      );
    },
    types: { "AWS::Route53Domains::Domain": "route53domains list-domains --query Domains[].DomainName" },
  },
];
