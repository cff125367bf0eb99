import { expect } from "chai";
import { type SignEvent, type StoredSignature, signingFindings } from "../../src/doctor/signingFindings.ts";

const SEALER = "arn:aws:iam::999999999999:role/audit-ecosystem/audit-sealer";
const NOW = Date.parse("2026-11-29T12:00:00Z");
const at = (time: string) => Date.parse(`2026-11-29T${time}Z`);
const event = (time: string, by = SEALER): SignEvent => ({ id: `event-${time}`, at: at(time), by });
const written = (time: string, key = `sig-${time}`): StoredSignature => ({ key, at: at(time) });
const FORKED = (time: string) =>
  `problem: the sealer signed at 2026-11-29T${time}.000Z, and no signature in the bucket is of that time`;

const CASES: [string, SignEvent[], StoredSignature[], string[]][] = [
  [
    "each signature is a use of the key",
    [event("08:00:00"), event("08:00:00"), event("09:00:00")],
    [written("08:00:00"), written("08:00:01"), written("09:00:01")],
    ["ok: 3, each a use of the key by the sealer in CloudTrail"],
  ],
  ["no run is signed", [], [], ["ok: 0, each a use of the key by the sealer in CloudTrail"]],
  [
    "somebody else signs",
    [event("08:00:00"), event("08:00:00", "arn:aws:iam::999999999999:user/eve")],
    [written("08:00:00")],
    ["problem: arn:aws:iam::999999999999:user/eve signed with the key at 2026-11-29T08:00:00.000Z"],
  ],
  ["the sealer's role signs what nobody wrote", [event("08:00:00")], [], [FORKED("08:00:00")]],
  [
    "it does so long before a run is signed",
    [event("07:30:00"), event("08:00:00")],
    [written("08:00:00")],
    [FORKED("07:30:00")],
  ],
  ["it does so long after", [event("08:00:00"), event("08:05:00")], [written("08:00:00")], [FORKED("08:05:00")]],
  [
    "a sealer died before it wrote, and the next one signed again",
    [event("08:00:00"), event("08:10:00")],
    [written("08:10:01")],
    [
      "ok: 1, each a use of the key by the sealer in CloudTrail",
      "note: 1 uses of the key beside them, minutes before a signature was written: a sealer that died leaves such a one, and so does who signs another history then",
    ],
  ],
  [
    "a signature was made without the key",
    [event("08:00:00")],
    [written("08:00:00"), written("09:00:00")],
    [
      "problem: sig-09:00:00 was written at 2026-11-29T09:00:00.000Z, and CloudTrail's event history shows no use of the key for it",
    ],
  ],
  [
    "CloudTrail does not show the newest yet",
    [],
    [written("11:45:00")],
    [
      "ok: 0, each a use of the key by the sealer in CloudTrail",
      "note: 1 of the last half hour, of which CloudTrail may not tell yet",
    ],
  ],
  ["a sealer is signing now", [event("11:59:00")], [], ["ok: 0, each a use of the key by the sealer in CloudTrail"]],
];

describe("uses of the signing key, against the signatures in the bucket", () => {
  for (const [what, events, signatures, told] of CASES)
    it(`where ${what}`, () => {
      const findings = signingFindings(events, signatures, SEALER, NOW);
      expect(findings.map(({ verdict, message }) => `${verdict}: ${message}`)).to.deep.equal(told);
    });

  it("tells five of a kind, and how many more there are", () => {
    const events = Array.from({ length: 400 }, () => event("08:00:00", "eve"));
    const findings = signingFindings(events, [], SEALER, NOW);
    expect(findings).to.have.length(5);
    expect(findings.at(-1)!.message).to.match(/; and 395 more like it$/);
  });

  it("says what to do about each problem", () => {
    const findings = signingFindings([event("08:00:00"), event("08:00:00", "eve")], [written("09:30:00")], SEALER, NOW);
    expect(findings.map(({ verdict }) => verdict)).to.deep.equal(["problem", "problem", "problem"]);
    for (const { remedy } of findings) expect(remedy).to.match(/find out/);
  });
});
