import type * as pulumi from "@pulumi/pulumi";

/** What an organization wants of every resource. */
export interface Mandatory {
  /** ARN of the policy that bounds each role. */
  permissionsBoundary?: string | undefined;
  /** Tags of everything that has tags. */
  tags?: Readonly<Record<string, string>> | undefined;
}

/** Types of the program's resources that have tags. */
const TAGGED = new Set([
  "aws:athena/workgroup:Workgroup",
  "aws:budgets/budget:Budget",
  "aws:cfg/rule:Rule",
  "aws:cloudformation/stackSet:StackSet",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:glue/catalogDatabase:CatalogDatabase",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "aws:iam/policy:Policy",
  "aws:iam/role:Role",
  "aws:kms/key:Key",
  "aws:lambda/function:Function",
  "aws:quicksight/dataSet:DataSet",
  "aws:quicksight/dataSource:DataSource",
  "aws:s3/bucket:Bucket",
  "aws:sqs/queue:Queue",
  "aws:ssm/parameter:Parameter",
]);
const ROLE = "aws:iam/role:Role";

/** Gives a component's resources what is mandatory: pass it as the component's options. */
export const withMandatory = ({ permissionsBoundary, tags = {} }: Mandatory): pulumi.ComponentResourceOptions =>
  permissionsBoundary || Object.keys(tags).length
    ? {
        transformations: [
          ({ type, props, opts }) => ({
            props: {
              ...props,
              ...(type === ROLE && permissionsBoundary ? { permissionsBoundary } : {}),
              ...(TAGGED.has(type) && Object.keys(tags).length ? { tags: { ...tags, ...props.tags } } : {}),
            },
            opts,
          }),
        ],
      }
    : {};
