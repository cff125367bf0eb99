/**
 * Types that AWS Config keeps under `global`, and that a recorder of everything leaves out unless it is told to include
 * them.
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
 */
export const GLOBALLY_RECORDED: ReadonlySet<string> = new Set([
  "AWS::IAM::User",
  "AWS::IAM::Group",
  "AWS::IAM::Role",
  "AWS::IAM::Policy",
]);
