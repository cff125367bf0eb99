"""A run's manifest with all that is written with it: signature, attestation, link, plan and commits."""

import re

from verifier.attestation import is_attestation, is_of_other_manifest
from verifier.coverage import build
from verifier.documents import canonical, kind_of, parse, plain, run_key, sha256
from verifier.signatures import fits, has_one_form

SIGNATURE_AT_MOST = 1024
ATTESTATION_AT_MOST = 16 * 1024 * 1024


def is_hash(text):
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def is_named(entry):
    """Whether an object is named as documents name it: key, size and hash."""
    size = entry["bytes"]
    return isinstance(entry["key"] + entry["sha256"], str) and isinstance(size, int) and size >= 0


def is_commit(commit):
    try:
        return all(is_named(each) and isinstance(each["items"], int) for each in commit["objects"])
    except (KeyError, TypeError):
        return False


def is_manifest(seal):
    """Whether a document has the members that judging rests on; manifest.schema.json says all of them."""
    try:
        known = seal["format"] in ("audit-ecosystem/manifest/2", "audit-ecosystem/manifest/3")
        texts = all(isinstance(seal[name], str) for name in ("run_id", "run_date", "sealed_at"))
        numbered = isinstance(seal["sequence"], int) and seal["sequence"] > 0
        missing = isinstance(seal["missing"], list)
        signed = seal["signing_key"] is None or is_hash(seal["signing_key"]["sha256"])
        follows = seal["previous"] is None or is_hash(seal["previous"]["manifest_sha256"])
        if seal["format"] == "audit-ecosystem/manifest/3":
            signed = signed and {"algorithm", "holder"} <= set(seal["signing_key"] or {"algorithm", "holder"})
            follows = follows and "signature_sha256" in (seal["previous"] or {"signature_sha256"})
        named = all(map(is_named, [seal["plan"], *seal["tasks"]]))
        committed = all(isinstance(each["task"] + each["attempt"], str) for each in seal["tasks"])
        return known and texts and numbered and missing and signed and follows and named and committed
    except (KeyError, TypeError, IndexError):
        return False


class SealedRun:
    """A run as its manifest says it. `seal` is None where the manifest cannot be read.

    `signature` is one of: fits, misfit, untrusted (by a key that was not given), unchecked (its key lay
    beside the evidence, and is gone), absent (the manifest names a key), none.
    """

    def __init__(self, copy, date, run, keys):
        self.copy, self.date, self.run = copy, date, run
        self.manifest_key, self.signature_key, self.attestation_key = (
            self.key(f"manifest.{end}") for end in ("json", "sig", "intoto.json"))
        self.bytes = copy.read(self.manifest_key)
        self.sha256 = sha256(self.bytes) if self.bytes is not None else None
        seal = parse(self.bytes)
        self.seal = seal if is_manifest(seal) else None
        self.signature, self.signature_sha256 = "none", None
        self.trust = None
        self.expected = {}  # what the manifest and its commits name, by key
        self.broken = set()  # tasks whose commit is not as sealed
        self.adds_up = None  # None: plan or commits are not as the manifest says
        self.problems = []
        if self.seal:
            self.named_key = seal["signing_key"] or {}
            self.previous = seal["previous"] or {}
            self.is_own = (seal["run_id"], seal["run_date"]) == (run, date)
            self.read_signature(keys)

    def key(self, name):
        return run_key(self.date, self.run, name)

    def read_signature(self, keys):
        signature = self.copy.read(self.signature_key, SIGNATURE_AT_MOST)
        self.signature_sha256 = sha256(signature) if signature is not None else None
        self.attestation = self.copy.read(self.attestation_key, ATTESTATION_AT_MOST)
        self.pem = keys.pem(self.named_key["sha256"]) if self.named_key else None
        if signature is not None and len(signature) > SIGNATURE_AT_MOST:
            self.signature = "misfit"
        elif signature is None or not self.named_key:
            self.signature = "absent" if self.named_key else "none"
        elif self.pem is None:
            self.signature = "untrusted" if keys.are_given else "unchecked"
        elif self.seal["format"].endswith("/3") and not has_one_form(signature):
            self.signature = "misfit"
        elif not fits(self.pem, self.bytes, signature):
            self.signature = "misfit"
        else:
            may_sign = keys.may_sign(self.named_key["sha256"], self.seal["sequence"])
            self.signature = "fits" if may_sign else "untrusted"

    def is_attested(self):
        """Whether its attestation follows from it; of a run without a key it is not judged."""
        if "attestation" not in self.seal:
            return False
        return not self.named_key or is_attestation(self.attestation, self.seal, self.sha256, self.pem)

    def is_attested_otherwise(self):
        named = "attestation" in self.seal and self.attestation is not None
        return named and is_of_other_manifest(self.attestation, self.seal, self.sha256, self.pem)

    def links(self):
        """What its link can be: one text, and two of an incomplete run of format 2."""
        seal = self.seal
        link = {name: seal[name] for name in ("sequence", "run_id", "run_date")}
        link["claimed_at"] = seal["sealed_at"]
        if "incomplete_requested_by" not in seal:
            return [plain(link)]
        incomplete = plain({**link, "incomplete": {"requested_by": seal["incomplete_requested_by"]}})
        if seal["format"].endswith("/2"):
            return [plain(link), incomplete]
        return [plain(link) if seal.get("claimed_as_complete") else incomplete]

    def read_contents(self):
        """Reads plan and commits, takes what they name, and builds the manifest once more from them."""
        plan_entry, plan_key = self.seal["plan"], self.key("plan.json")
        if plan_entry["key"] == plan_key:
            self.expected[plan_key] = plan_entry
        else:
            self.problems.append(("malformed", self.manifest_key, "its plan is another run's"))
        commits = {}
        for entry in self.seal["tasks"]:
            commit = self.read_commit(entry)
            if commit:
                commits[entry["task"]] = commit
        plan_bytes = self.copy.read(plan_key, plan_entry["bytes"])
        if self.broken or plan_bytes is None or sha256(plan_bytes) != plan_entry["sha256"]:
            return
        try:
            self.adds_up = canonical(build(self.seal, parse(plan_bytes), plan_bytes, commits)) == self.bytes
        except (KeyError, TypeError, ValueError):
            self.adds_up = False
        if not self.adds_up:
            self.problems.append(("coverage", self.manifest_key, "plan and commits do not add up to it"))

    def read_commit(self, entry):
        """A task's commit with its bytes; None where it is not what the manifest names."""
        task = entry["task"]
        key = self.key(f"outcomes/{task}.json")
        if entry["key"] != key:
            self.problems.append(("malformed", self.manifest_key, f"it names {entry['key']} for {task}"))
            return None
        self.expected[key] = {"bytes": entry["bytes"], "sha256": entry["sha256"]}
        data = self.copy.read(key, entry["bytes"])
        commit = parse(data) if data is not None and sha256(data) == entry["sha256"] else None
        if not is_commit(commit):
            self.broken.add(task)
            if commit is not None:
                self.problems.append(("malformed", key, "it is no commit"))
            return None
        for each in commit["objects"]:
            kind, parts = kind_of(each["key"])
            owner = parts.get("date"), parts.get("run"), parts.get("task")
            if kind == "evidence" and owner == (self.date, self.run, task):
                self.expected[each["key"]] = each
            else:
                self.problems.append(("malformed", key, f"it names {each['key']}"))
        return commit, data
