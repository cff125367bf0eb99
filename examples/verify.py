#!/usr/bin/env python3
"""Verifies a copy of evidence by docs/evidence/format.md alone: standard library and openssl.

    verify.py COPY [--public-key key.pem]      every run of the copy, and the chain
    verify.py COPY --public-key key.pem --witness witness.pem [--checkpoint kept.txt]
    verify.py --proof proof.json --public-key key.pem

Prints "<kind> <key>: <problem>" for each difference. Exit codes: 0 verified, 1 violated, 2 nothing could be
judged, 3 consistent: nothing contradicts anything, but who sealed it is not shown.

This file is "How a copy is judged" of the page; the other sections are the files of the folder verifier/.
"""

import argparse
import gzip
import json
import sys
import zlib

sys.dont_write_bytecode = True  # a verifier leaves nothing behind

from verifier.documents import (  # noqa: E402
    LAST_SEQUENCE, Copy, is_planned, kind_of, link_key, parse, plain, run_key, sha256)
from verifier.proof import are_proofs  # noqa: E402
from verifier.sealed_run import SealedRun  # noqa: E402
from verifier.signatures import Keys, given_keys, says_change  # noqa: E402
from verifier.strays import Strays  # noqa: E402
from verifier.witness import Witness  # noqa: E402

VERDICTS = {0: "verified", 1: "VIOLATED", 2: "nothing could be judged", 3: "consistent"}
LINK_AT_MOST = 65536


class Link:
    """A link as it stands: its bytes, and the run that it names if it is written as the system does."""

    def __init__(self, data, sequence):
        self.bytes, self.run, self.date = data, None, None
        link = parse(data)
        try:
            text = {name: link[name] for name in ("sequence", "run_id", "run_date", "claimed_at")}
            if "incomplete" in link:
                text["incomplete"] = {"requested_by": link["incomplete"]["requested_by"]}
            is_own = link["sequence"] == sequence and isinstance(link["run_id"] + link["run_date"], str)
            if is_own and plain(text) == data:
                self.run, self.date = link["run_id"], link["run_date"]
        except (KeyError, TypeError, ValueError):
            pass  # it names no run


class Verifier:
    """Judges one copy. `found` are the violations: kind, key, problem."""

    def __init__(self, folder, given=None, witness=None):
        self.copy = Copy(folder)
        self.keys = Keys(self.copy, given)
        self.witness = witness
        self.found = set()
        self.links = {}  # by sequence number
        self.chain = {}  # runs by sequence number
        self.sealed = {}  # runs whose manifests are believed, by id
        self.unjudged = set()  # ids of runs of which nothing can be told
        self.open_runs = {}  # planned and not sealed: their days by id
        self.stranded = set()  # sequence numbers of links whose runs have lost their manifests

    def say(self, kind, key, problem):
        is_gap = kind == "chain" and kind_of(key)[0] == "link"
        if not self.copy.is_unreadable(key) and not (is_gap and self.copy.hides_manifests()):
            self.found.add((kind, key, problem))

    def verify(self):
        """The exit code, and what was found in the order of its words."""
        listing = list(self.copy.list())
        self.keys.follow_changes(listing)
        runs = self.read_runs(listing)
        if not runs and not self.links and self.copy.unreadable:
            return 2, []
        if not runs and not self.links and not (self.witness and self.witness.kept):
            return 2, []
        self.place(runs)
        for sequence in sorted(self.chain, reverse=True):
            run = self.chain[sequence]
            if run.seal:
                run.read_contents()
            run.trust = self.trust_in(run, sequence)
        for run in self.chain.values():
            if run.trust == "altered":
                self.unjudged.add(run.run)
            else:
                self.sealed[run.run] = run
        for run in runs:
            if run not in self.chain.values() and is_planned(self.copy, run.date, run.run):
                self.unjudged.add(run.run)
                self.say("chain", run.manifest_key, "it has no sequence number in the chain")
        self.check_chain()
        seen = self.witness.check(self.copy, listing, self.chain, self.say) if self.witness else True
        self.check_objects(listing)
        self.check_keys(listing)
        if not self.found and not self.sealed and (self.copy.unreadable or not self.chain and not self.unjudged):
            return 2, []
        signed = self.sealed and all(run.signature == "fits" for run in self.sealed.values())
        verified = self.keys.are_given and signed and seen and not self.copy.unreadable
        return (1 if self.found else 0 if verified else 3), sorted(self.found)

    def read_runs(self, listing):
        """Every run that has a manifest, and every link."""
        runs = []
        for key, _size in listing:
            kind, parts = kind_of(key)
            if kind == "seal" and key.endswith("/manifest.json"):
                run = SealedRun(self.copy, parts["date"], parts["run"], self.keys)
                if run.bytes is not None:
                    runs.append(run)
            elif kind == "link":
                self.read_link(LAST_SEQUENCE - int(parts["place"]))
        return sorted(runs, key=lambda run: (run.date, run.run))

    def read_link(self, sequence):
        data = self.copy.read(link_key(sequence), LINK_AT_MOST)
        if data is not None:
            self.links[sequence] = Link(data, sequence)

    # 1. Sequence numbers

    def place(self, runs):
        """Gives each run its sequence number: what proves it best comes first."""
        left = list(runs)
        own = {run: run.seal["sequence"] for run in runs if run.seal}
        links = sorted(self.links.items(), reverse=True)
        linked = {link.run: sequence for sequence, link in links if link.run}

        def give(sequence_of):
            for run in list(left):
                sequence = sequence_of(run)
                if sequence is not None and sequence not in self.chain:
                    self.chain[sequence] = run
                    left.remove(run)

        give(lambda run: own[run] if run.signature == "fits" and run.is_own else None)
        give(lambda run: own.get(run) if linked.get(run.run) == own.get(run) else None)
        give(lambda run: linked.get(run.run))
        placed = [(sequence, run) for sequence, run in self.chain.items() if run.seal]
        followed = {run.previous.get("run_id"): sequence - 1 for sequence, run in placed}
        give(lambda run: followed.get(run.run))
        give(lambda run: own[run] if run.seal and run.is_own else None)

    # 2. Belief, from the newest to the oldest

    def trust_in(self, run, sequence):
        if not run.seal or not run.is_own:
            return "altered"
        if run.signature == "fits":
            return "signed"
        after = self.believed(sequence + 1)
        follows = after.previous if after else {}
        if (follows.get("run_id"), follows.get("manifest_sha256")) == (run.run, run.sha256):
            return "chained"
        if follows and after.trust != "built":
            return "altered"
        if run.is_attested_otherwise() or run.adds_up is False:
            return "altered"
        record = self.keys.changes.get(sequence)
        changes_otherwise = bool(record) and not says_change(run.seal, record)
        if run.signature == "untrusted" and changes_otherwise:
            return "altered"
        if run.signature == "misfit" and (changes_otherwise or self.is_contradicted(run, sequence)):
            return "altered"
        return "built"

    def believed(self, sequence):
        run = self.chain.get(sequence)
        return run if run and run.trust != "altered" else None

    def is_contradicted(self, run, sequence):
        """Whether its link or the run before it say something else than a manifest."""
        link = self.links.get(sequence)
        if link and link.run == run.run and link.bytes not in run.links():
            return True
        before = self.chain.get(sequence - 1)
        if not before or before.signature != "fits":
            return False
        key, key_before, follows = run.named_key, before.named_key, run.previous
        if key.get("sha256") == key_before.get("sha256") and key.get("arn") != key_before.get("arn"):
            return True
        if key.get("replaces") not in (None, key_before.get("sha256")):
            return True
        return not self.is_after(run, before) or follows.get("signature_sha256") not in (
            None, before.signature_sha256)

    @staticmethod
    def is_after(run, before):
        follows = [run.previous.get(name) for name in ("run_id", "run_date", "manifest_sha256")]
        return follows == [before.run, before.date, before.sha256]

    # 3 and 4. Objects below manifests that are believed, and these themselves

    def check_chain(self):
        expected = 1
        for sequence, run in sorted(self.chain.items()):
            if sequence > expected:
                self.check_gap(expected, sequence - 1)
            expected = sequence + 1
            link = self.links.get(sequence)
            if run.trust == "altered":
                self.say("altered", run.manifest_key, "it is not what was sealed")
                if run.seal and not run.is_own and run.signature == "fits":
                    self.say("signature", run.signature_key, "it is another run's")
                if link and link.run != run.run:
                    self.say("altered", link_key(sequence), "it is not the run's")
                continue
            for problem in run.problems:
                self.say(*problem)
            self.check_signature(run, self.chain.get(sequence + 1))
            self.check_attestation(run)
            self.check_change_of_key(run, sequence)
            if not link:
                self.say("missing", link_key(sequence), "the run has this sequence number")
            elif link.bytes not in run.links():
                self.say("altered", link_key(sequence), "it is not what the manifest says")
            before = self.believed(sequence - 1)
            if run.seal["sequence"] != sequence or (sequence == 1) != (not run.previous):
                self.say("chain", run.manifest_key, "its sequence number is another")
            elif before and not self.is_after(run, before):
                self.say("chain", run.manifest_key, "it follows another manifest than the one before it")

    def check_gap(self, start, end):
        """Sequence numbers without a manifest: a run that its link names, or nothing."""
        for sequence, link in sorted(self.links.items()):
            is_known = not link.run or link.run in self.sealed or link.run in self.unjudged
            if is_known or not start <= sequence <= end:
                continue
            self.say_gap(start, sequence - 1)
            start = sequence + 1
            self.strand(sequence, link, "its link is there")
        self.say_gap(start, end)

    def say_gap(self, start, end):
        if start <= end:
            self.say("chain", link_key(start), f"{start} to {end} are missing")

    def strand(self, sequence, link, problem):
        """The run of a link has lost its manifest."""
        self.stranded.add(sequence)
        self.unjudged.add(link.run)
        self.open_runs.pop(link.run, None)
        self.say("missing", run_key(link.date, link.run, "manifest.json"), problem)

    def check_signature(self, run, after):
        """What the run after it says of a signature decides, where it follows this manifest."""
        is_followed = after is not None
        follows = after.previous if after and after.trust != "altered" else {}
        named = follows.get("signature_sha256", "") if follows.get("manifest_sha256") == run.sha256 else ""
        if run.signature == "untrusted":
            if not self.lacks_change(run):
                self.say("signature", run.manifest_key, "its key was not given")
        elif run.signature == "misfit":
            self.say("signature", run.signature_key, "it does not fit")
        elif run.signature == "none":
            if run.signature_sha256:
                self.say("added", run.signature_key, "the run is not signed")
        elif run.signature == "absent":
            if named:
                self.say("missing", run.signature_key, "the run after it names it")
            elif is_followed and named is not None:
                self.say("unsigned", run.signature_key, "the run names a key")
        elif named and named != run.signature_sha256:
            self.say("altered", run.signature_key, "the run after it names another")

    def lacks_change(self, run):
        """Whether the record of the change to a run's key is not as it was, which is said."""
        return any(
            each.named_key.get("replaces") and each.named_key["sha256"] == run.named_key["sha256"]
            and not self.keys.changes.get(sequence)
            for sequence, each in self.chain.items() if each.trust != "altered")

    def check_attestation(self, run):
        if run.signature == "untrusted":
            return  # nothing tells which of the two was altered
        if run.attestation is not None:
            if not run.is_attested():
                self.say("altered", run.attestation_key, "it is not what the manifest says, or not signed")
        elif run.signature_sha256 and "attestation" in run.seal:
            self.say("missing", run.attestation_key, "the manifest names it")

    def check_change_of_key(self, run, sequence):
        if not run.named_key.get("replaces"):
            return
        key = f"keys/hand-overs/{sequence}.json"
        record = self.keys.changes.get(sequence)
        if sequence not in self.keys.changes:
            if run.signature != "absent":  # the record is written before the signature
                self.say("missing", key, "the manifest says that its key replaces another")
        elif not record or not says_change(run.seal, record):
            self.say("altered", key, "it is not what the manifest says, signed by both keys")

    def check_objects(self, listing):
        sizes = dict(listing)
        expected = {key: each for run in self.sealed.values() for key, each in run.expected.items()}
        for key, each in expected.items():
            if key in sizes:
                self.check_object(key, each, sizes[key])
            else:
                self.say("missing", key, "it was sealed")
        strays = Strays(self)
        for key in sorted(sizes.keys() - expected.keys()):
            strays.check(key)

    def check_object(self, key, each, size):
        data = self.copy.read(key, each["bytes"]) if size <= 20 * each["bytes"] + 4096 else b""
        if data is None:
            self.say("missing", key, "there is no file")
        elif sha256(data) != each["sha256"]:
            self.say("altered", key, "its SHA-256 is another")
        elif "items" in each:
            try:
                if gzip.decompress(data).count(b"\n") != each["items"]:
                    self.say("miscounted", key, "it holds another number of items")
            except (OSError, EOFError, zlib.error):
                self.say("miscounted", key, "it cannot be unpacked")

    def check_keys(self, listing):
        """Public keys: each is named by a manifest or a change of key, and is what its own name says."""
        runs = [run for run in self.chain.values() if run.seal and run.named_key]
        named = {run.named_key["sha256"] for run in runs}
        for record in filter(None, self.keys.changes.values()):
            named |= {record["from"]["sha256"], record["to"]["sha256"]}
        is_unsure = self.unjudged or not self.chain or self.copy.hides_manifests()
        kinds = [kind_of(key) for key, _size in listing]
        there = {parts["fingerprint"] for kind, parts in kinds if kind == "key"}
        for each in there:
            if each not in named and not is_unsure:
                self.say("added", f"keys/{each}.pem", "no manifest names it")
            elif self.keys.beside(each) is None:
                self.say("altered", f"keys/{each}.pem", "its name is not its SHA-256")
        for run in runs:
            has_signed = run.trust != "altered" and run.signature_sha256 and run.signature != "untrusted"
            if has_signed and run.named_key["sha256"] not in there:
                self.say("missing", f"keys/{run.named_key['sha256']}.pem", "manifests are signed with it")


def read_text(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


def options_of():
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("copy", nargs="*", help="folders; of several, a line of JSON for each is printed")
    parser.add_argument("--public-key", metavar="FILE", help="public keys of the signers, as PEM")
    parser.add_argument("--proof", metavar="FILE", help="check this proof alone")
    parser.add_argument("--witness", metavar="FILE", help="public key of a witness, as PEM or its line")
    parser.add_argument("--checkpoint", metavar="FILE", nargs="+", default=[], help="kept elsewhere")
    options = parser.parse_args()
    if not options.proof and not options.copy:
        parser.error("give a copy, or --proof")
    if options.proof and not options.public_key:
        parser.error("a proof is checked with a key that comes from elsewhere: give --public-key")
    if options.checkpoint and not options.witness:
        parser.error("--checkpoint needs the witness's key: add --witness")
    return options


def judge(options):
    """Prints what was found. Returns the exit code. Raises OSError or ValueError where an option's file is none."""
    keys = given_keys(read_text(options.public_key)) if options.public_key else None
    if options.proof:
        code = 0 if are_proofs(read_text(options.proof), keys) else 1
        print(VERDICTS[code])
        return code
    kept = [read_text(each) for each in options.checkpoint]
    witness = Witness(read_text(options.witness), kept) if options.witness else None
    for copy in options.copy:
        verifier = Verifier(copy, keys, witness)
        code, found = verifier.verify()
        if len(options.copy) > 1:
            said = {"found": [each[:2] for each in found], "unreadable": sorted(verifier.copy.unreadable)}
            print(json.dumps({"copy": copy, "code": code, **said}))
            continue
        for key in sorted(verifier.copy.unreadable):
            print(f"unreadable {ascii(key)[1:-1]}: nothing is known of it")
        for kind, key, problem in found:
            print(f"{kind} {ascii(key)[1:-1]}: {problem}")
        print(VERDICTS[code])
    return code


def main():
    options = options_of()
    try:
        sys.exit(judge(options))
    except (OSError, ValueError) as error:
        print(f"could not check: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
