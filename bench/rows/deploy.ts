import { type PulumiProject, pulumiCli, pulumiProject } from "../../test/referee/pulumiProject.ts";
import { NotHere, type Row, seconds } from "../row.ts";

const RESOURCES_AT_MOST = 220;
const STATE_AT_MOST = 3_000_000;
const MEMBER_AT_MOST = 100_000;
const UP_AT_MOST = 60_000;
const PREVIEW_AT_MOST = 10_000;
const PROGRAM_AT_MOST = 6_000;
const MEMBER_PROGRAM_AT_MOST = 3_000;

/** The audit account's stack as a newcomer makes it, and a member's. */
const LINES = [
  "pulumi stack init audit && pulumi config set accounts 111111111111",
  // A profile is called by the account it is of, where whoever deploys has a member's policies.
  "pulumi stack init member && pulumi config set externalId an-external-id && pulumi config set aws:profile 111111111111",
];

/** Where Pulumi's own language host runs programs. */
const UNKNOWN = { ms: Number.NaN, cpuMs: Number.NaN };

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

async function said(project: PulumiProject, line: string): Promise<{ text: string; ms: number }> {
  const { code, text, ms } = await project.sh(line);
  if (code) throw new Error(`${line}: ${text}`);
  return { text, ms };
}

const exported = async (project: PulumiProject, stack: string): Promise<string> =>
  (await said(project, `pulumi stack export --stack ${stack} 2>/dev/null`)).text;

/** What deploying takes, by Pulumi's own engine with the sandbox's providers. */
export const row: Row = {
  name: "deploy",
  title: "the default stacks, deployed by Pulumi's own command line",
  measure: async () => {
    if (!pulumiCli()) throw new NotHere("there is no Pulumi CLI on this machine: .ci/pulumi/build makes one");
    const project = await pulumiProject(1);
    try {
      for (const line of LINES) await said(project, line);
      // The bundles are built once for a version; what an update takes is measured with them.
      await said(project, "pulumi preview --stack audit");
      const up = await said(project, "pulumi up --skip-preview --stack audit");
      const preview = await said(project, "pulumi preview --expect-no-changes --stack audit");
      const program = project.programs.at(-1) ?? UNKNOWN;
      await said(project, "pulumi up --skip-preview --stack member");
      const again = await said(project, "pulumi preview --expect-no-changes --stack member");
      const memberProgram = project.programs.at(-1) ?? UNKNOWN;
      const [audit, member] = [await exported(project, "audit"), await exported(project, "member")];
      const { resources } = JSON.parse(audit).deployment as { resources: unknown[] };
      return [
        {
          what: "resources of the audit account's stack",
          measured: String(resources.length),
          target: { text: `≤ ${RESOURCES_AT_MOST}`, met: resources.length <= RESOURCES_AT_MOST },
          from: `state as exported ${kilobytes(audit.length)}, ${audit.length <= STATE_AT_MOST ? "below" : "above"} ${kilobytes(STATE_AT_MOST)}`,
        },
        {
          what: "state of a member's stack, as exported",
          measured: kilobytes(member.length),
          target: { text: `≤ ${kilobytes(MEMBER_AT_MOST)}`, met: member.length <= MEMBER_AT_MOST },
          from: `a preview without a change ${seconds(again.ms)}`,
        },
        {
          what: "first up of the audit account's stack",
          measured: seconds(up.ms),
          target: { text: `≤ ${seconds(UP_AT_MOST)}`, met: up.ms <= UP_AT_MOST },
          from: "without the preview before it, bundles built",
        },
        {
          what: "preview without a change",
          measured: seconds(preview.ms),
          target: { text: `≤ ${seconds(PREVIEW_AT_MOST)}`, met: preview.ms <= PREVIEW_AT_MOST },
          from: "program, engine and comparison",
        },
        {
          what: "the audit account's program, under the language host",
          measured: seconds(program.ms),
          target: { text: `≤ ${seconds(PROGRAM_AT_MOST)}`, met: program.ms <= PROGRAM_AT_MOST },
          from: `of that preview, its waits for the engine included; ${seconds(program.cpuMs)} of processors`,
        },
        {
          what: "a member's program, under the language host",
          measured: seconds(memberProgram.ms),
          target: { text: `≤ ${seconds(MEMBER_PROGRAM_AT_MOST)}`, met: memberProgram.ms <= MEMBER_PROGRAM_AT_MOST },
          from: `of a preview without a change; ${seconds(memberProgram.cpuMs)} of processors`,
        },
      ];
    } finally {
      await project.close();
    }
  },
};
