/** Actions that reading one's own policies asks for. */
export const OWN_POLICIES = [
  "iam:GetGroupPolicy",
  "iam:GetPolicy",
  "iam:GetPolicyVersion",
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:GetUser",
  "iam:GetUserPolicy",
  "iam:ListAttachedGroupPolicies",
  "iam:ListAttachedRolePolicies",
  "iam:ListAttachedUserPolicies",
  "iam:ListGroupPolicies",
  "iam:ListGroupsForUser",
  "iam:ListRolePolicies",
  "iam:ListUserPolicies",
];
