#!/usr/bin/env python3
"""Verifies a copy of evidence by docs/evidence/format.md alone: standard library and openssl.

    verify.py COPY [--public-key key.pem]      every run of the copy, and the chain
    verify.py --proof proof.json --public-key key.pem

Prints "<kind> <key>: <problem>" for each difference. Exit codes: 0 verified, 1 violated, 2 nothing could be judged,
3 consistent: nothing contradicts anything, but who sealed it is not shown.
"""
import argparse, base64, gzip, hashlib, io, json, os, re, stat, subprocess, sys, tempfile

TASK = r"[A-Za-z0-9_-]+(?:\.\d+)*"
RUN_KEY = re.compile(r"runs/run_date=(\d{4}-\d\d-\d\d)/run_id=([0-9A-Z]{26})/(.+)", re.A)
EVIDENCE = re.compile(rf"evidence/resource_type=[a-z0-9_]+/run_date=(\d{{4}}-\d\d-\d\d)/([0-9A-Z]{{26}})-({TASK})-([a-z0-9]+)\.ndjson\.gz", re.A)
LINK = re.compile(r"runs/chain/(\d{9})\.json", re.A)
HAND_OVER = re.compile(r"keys/hand-overs/([1-9]\d{0,8})\.json", re.A)
KEY = re.compile(r"keys/([0-9a-f]{64})\.pem")
TABLE = re.compile(r"tables/[a-z0-9_]+/run_date=\d{4}-\d\d-\d\d/([0-9A-Z]{26})(?:-\d+)?\.parquet", re.A)
OUTSIDE = re.compile(r"tables/latest/(?:run\.json|[a-z0-9_]+/\d+\.parquet)|log/(?:checkpoints/[1-9]\d{0,8}|leaves/[1-9]\d{0,8}-[1-9]\d{0,8})\.txt|models/run_date=\d{4}-\d\d-\d\d/run_id=[0-9A-Z]{26}/\d{4}\.json", re.A)
DOCUMENT = re.compile(rf"plan\.json|outcomes/({TASK})\.json", re.A)
MARK = re.compile(rf"finished/tasks/(?:\d{{4,}}|{TASK})/({TASK})\.json|finished/groups/\d{{4,}}\.json|sealing/\d{{4,}}\.json", re.A)
TIMESTAMP = re.compile(r"timestamps/[a-z0-9][a-z0-9.-]{0,252}\.tsr")
LAST, MB256 = 999_999_999, 256 * 1024 * 1024
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
sha = lambda data: hashlib.sha256(data).hexdigest()
canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
plain = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def parse(data):
    """JSON of the system: UTF-8, nested at most 100 deep. None for anything else."""
    try:
        text = data.decode("utf-8")
        depth = 0
        for bracket in re.sub(r'"(?:[^"\\]|\\.)*"?', "", text, flags=re.S):
            depth += bracket in "[{"
            depth -= bracket in "]}"
            if depth > 100:
                return None
        def refuse(_):
            raise ValueError
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


class Copy:
    """A folder that holds a copy of the bucket."""

    def __init__(self, folder):
        self.folder = os.fsencode(folder)

    def path(self, key):
        parts = key.split("/")
        return None if re.search(r"[\\\0]", key) or {"", ".", ".."} & set(parts) else os.path.join(self.folder, *map(os.fsencode, parts))

    def read(self, key, at_most):
        """The bytes of a file; None where there is none, b"" + size beyond at_most as an int."""
        try:
            path = self.path(key)
            if path is None or not stat.S_ISREG(os.stat(path).st_mode):
                return None
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                data = file.read(at_most + 1)
            return data if len(data) <= at_most else len(data)
        except OSError:
            return None

    def list(self, folder=None, below=b""):
        folder = folder or self.folder
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        for entry in sorted(entries, key=lambda each: each.name + (b"/" if each.is_dir(follow_symlinks=False) else b"")):
            if entry.is_dir(follow_symlinks=False):
                yield from self.list(entry.path, below + entry.name + b"/")
                continue
            try:
                key = (below + entry.name).decode("utf-8")
            except UnicodeDecodeError:
                key = "".join(chr(byte) if byte < 128 else f"\\x{byte:x}" for byte in below + entry.name)
            try:
                size = os.stat(entry.path).st_size
            except OSError:
                size = 0
            yield key, size


def pem_of(der):
    text = base64.b64encode(der).decode()
    return "-----BEGIN PUBLIC KEY-----\n" + "\n".join(text[at : at + 64] for at in range(0, len(text), 64)) + "\n-----END PUBLIC KEY-----\n"


def keys_in(pem):
    """Public keys of a PEM text by the SHA-256 of their DER, each with the sequence numbers it signs."""
    keys = {}
    for before, body in re.findall(r"(.*?)-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----", pem, re.S):
        der = base64.b64decode(body)
        found = re.search(r"^sequence: *(\d+) *- *(\d*) *$", before, re.M)
        keys[sha(der)] = (pem_of(der), (int(found[1]), int(found[2] or LAST)) if found else (1, LAST))
    return keys


def low_s(signature):
    """Whether a signature is DER of two numbers in their shortest form, the second at most half of the group's order."""
    try:
        if signature[0] != 0x30 or signature[1] != len(signature) - 2 or signature[2] != 2:
            return False
        first = 4 + signature[3]
        r, s = int.from_bytes(signature[4:first], "big"), int.from_bytes(signature[first + 2 :], "big")
        number = lambda n: bytes([2, (n.bit_length() + 8) // 8]) + n.to_bytes((n.bit_length() + 8) // 8, "big")
        body = number(r) + number(s)
        return 0 < r < ORDER and 0 < s <= ORDER // 2 and bytes([0x30, len(body)]) + body == signature
    except (IndexError, OverflowError):
        return False


FITS = {}


def fits(pem, data, signature):
    known = (pem, sha(data), signature)
    if known not in FITS:
        with tempfile.TemporaryDirectory() as folder:
            for name, body in (("key", pem.encode()), ("signature", signature), ("data", data)):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(body)
            FITS[known] = subprocess.run(["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "data"], cwd=folder, capture_output=True).returncode == 0
    return FITS[known]


def is_hand_over(record, data):
    """Whether both keys have signed a record of a change of key."""
    try:
        signed = canonical({name: record[name] for name in ("format", "from", "to", "sequence", "previous_manifest_sha256")}).encode()
        for which in ("from", "to"):
            texts = record[which]["public_key"], record["signatures"][which]
            der, signature = (base64.b64decode(each, validate=True) for each in texts)
            if tuple(base64.b64encode(each).decode() for each in (der, signature)) != texts or sha(der) != record[which]["sha256"] or not low_s(signature) or not fits(pem_of(der), signed, signature):
                return False
        known = record["format"] == "audit-ecosystem/key-hand-over/1" and set(record["from"]) | set(record["to"]) == {"public_key", "sha256"}
        known = known and set(record) - set(json.loads(signed)) == {"signatures"} and set(record["signatures"]) == {"from", "to"}
        return known and canonical(record).encode() == data and record["from"]["sha256"] != record["to"]["sha256"]
    except (KeyError, TypeError, ValueError):
        return False


class Run:
    """A run's manifest and signature as they stand."""

    def __init__(self, copy, date, run, keys):
        self.date, self.run, self.prefix = date, run, f"runs/run_date={date}/run_id={run}/"
        self.manifest_key, self.signature_key, self.attestation_key = (self.prefix + "manifest." + end for end in ("json", "sig", "intoto.json"))
        data = copy.read(self.manifest_key, MB256)
        self.stands, self.sha, self.seal, self.state = data is not None, "", None, "none"
        self.signature_sha, self.broken, self.adds_up, self.problems, self.expected = None, set(), None, [], {}
        self.key = self.attestation = None
        if not isinstance(data, bytes):
            return
        self.bytes, self.sha, seal = data, sha(data), parse(data)
        if not is_manifest(seal):
            return
        self.seal, self.own = seal, seal["run_id"] == run and seal["run_date"] == date
        named, signature = seal["signing_key"], copy.read(self.signature_key, 1024)
        self.attestation = copy.read(self.attestation_key, 16 * 1024 * 1024)
        if signature is None:
            self.state = "absent" if named else "none"
            return
        self.signature_sha = sha(signature) if isinstance(signature, bytes) else "?"
        if not named:
            return
        key = self.key = keys(named["sha256"])
        if key is None:
            self.state = keys("") or "untrusted"
        elif not isinstance(signature, bytes) or (seal["format"].endswith("/3") and not low_s(signature)):
            self.state = "misfit"
        else:
            self.state = "misfit" if not fits(key[0], data, signature) else "fits" if key[1](seal["sequence"]) else "untrusted"

    def attested(self):
        """Whether the attestation is the one that follows from the manifest: docs/evidence/format.md, "Attestation"."""
        if "attestation" not in self.seal or not isinstance(self.attestation, bytes):
            return False
        subjects = ((self.manifest_key, self.sha), (self.seal["plan"]["key"], self.seal["plan"]["sha256"]))
        said = ("run_id", "run_date", "sequence", "sealed_at", "complete", "previous", "tool", "totals")
        statement = canonical({"_type": self.seal["attestation"], "subject": [{"name": name, "digest": {"sha256": hash}} for name, hash in subjects],
                               "predicateType": "urn:audit-ecosystem:sealed-run:v1", "predicate": {name: self.seal[name] for name in said}}).encode()
        kind = "application/vnd.in-toto+json"
        try:
            sig = json.loads(self.attestation)["signatures"][0]["sig"]
            signature = base64.b64decode(sig, validate=True)
        except (KeyError, TypeError, ValueError, IndexError, RecursionError):
            return False
        envelope = {"payload": base64.b64encode(statement).decode(), "payloadType": kind, "signatures": [{"keyid": self.seal["signing_key"]["sha256"], "sig": sig}]}
        good = canonical(envelope).encode() == self.attestation and base64.b64encode(signature).decode() == sig
        return good and (not isinstance(self.key, tuple) or self.signed(statement, signature))

    def signed(self, statement, signature):
        kind = "application/vnd.in-toto+json"
        return low_s(signature) and fits(self.key[0], f"DSSEv1 {len(kind)} {kind} {len(statement)} ".encode() + statement, signature)

    def attested_otherwise(self):
        """Whether the attestation is signed, and of another manifest of this run."""
        try:
            envelope = json.loads(self.attestation)
            payload = base64.b64decode(envelope["payload"])
            signed = isinstance(self.key, tuple) and self.signed(payload, base64.b64decode(envelope["signatures"][0]["sig"]))
            return signed and any(each["name"] == self.manifest_key and each["digest"]["sha256"] != self.sha for each in json.loads(payload)["subject"])
        except (KeyError, TypeError, ValueError, IndexError, RecursionError):
            return False

    def link_texts(self):
        link = {"sequence": self.seal["sequence"], "run_id": self.seal["run_id"], "run_date": self.seal["run_date"], "claimed_at": self.seal["sealed_at"]}
        if "incomplete_requested_by" not in self.seal:
            return [plain(link)]
        incomplete = plain({**link, "incomplete": {"requested_by": self.seal["incomplete_requested_by"]}})
        if self.seal["format"].endswith("/2"):
            return [plain(link), incomplete]
        return [plain(link) if self.seal.get("claimed_as_complete") else incomplete]

    def read_contents(self, copy):
        """Reads the plan and the commits, and builds the manifest once more from them."""
        seal, commits = self.seal, {}
        plan_key = self.prefix + "plan.json"
        if seal["plan"]["key"] == plan_key:
            self.expected[plan_key] = seal["plan"]
        else:
            self.problems.append(("malformed", self.manifest_key, "its plan is another run's"))
        for entry in seal["tasks"]:
            task, key = entry["task"], f'{self.prefix}outcomes/{entry["task"]}.json'
            if entry["key"] != key:
                self.problems.append(("malformed", self.manifest_key, f"the commit of {task} is said to be elsewhere"))
                continue
            self.expected[key] = {"key": key, "bytes": entry["bytes"], "sha256": entry["sha256"]}
            data = copy.read(key, entry["bytes"])
            commit = parse(data) if isinstance(data, bytes) and sha(data) == entry["sha256"] else None
            if commit is None:
                self.broken.add(task)
                continue
            commits[task] = commit, data
            for each in commit["objects"]:
                named = EVIDENCE.fullmatch(each["key"])
                if not named or named.group(1, 2, 3) != (self.date, self.run, task):
                    self.problems.append(("malformed", key, f'it names {each["key"]}'))
                else:
                    self.expected[each["key"]] = each
        data = copy.read(plan_key, seal["plan"]["bytes"])
        if self.broken or not isinstance(data, bytes) or sha(data) != seal["plan"]["sha256"]:
            return
        try:
            self.adds_up = canonical(build(seal, parse(data), data, commits, self.prefix)).encode() == self.bytes
        except (KeyError, TypeError, ValueError):
            self.adds_up = False
        if not self.adds_up:
            self.problems.append(("coverage", self.manifest_key, "plan and commits do not add up to it"))


def is_manifest(seal):
    """The members that verifying rests on; docs/evidence/manifest.schema.json says all."""
    try:
        text = all(isinstance(seal[name], str) for name in ("format", "run_id", "run_date", "sealed_at"))
        named = seal["signing_key"] is None or re.fullmatch("[0-9a-f]{64}", seal["signing_key"]["sha256"])
        before = seal["previous"] is None or re.fullmatch("[0-9a-f]{64}", seal["previous"]["manifest_sha256"])
        tasks = all(isinstance(each["task"] + each["key"] + each["sha256"], str) and each["bytes"] >= 0 for each in seal["tasks"])
        plan = isinstance(seal["plan"]["key"] + seal["plan"]["sha256"], str) and seal["plan"]["bytes"] >= 0
        known = seal["format"] in ("audit-ecosystem/manifest/2", "audit-ecosystem/manifest/3")
        numbers = isinstance(seal["sequence"], int) and seal["sequence"] > 0 and isinstance(seal["missing"], list)
        return bool(text and named and before and tasks and plan and known and numbers)
    except (KeyError, TypeError, IndexError):
        return False


def items_of(task):
    shares = task.get("rest") or [{"account_id": account, "regions": task["regions"]} for account in task["accounts"]]
    return [(task["auditor"], share["account_id"], region) for share in shares for region in share["regions"]]


def build(seal, plan, plan_bytes, commits, prefix):
    """The manifest that a plan and its commits add up to: docs/evidence/format.md, "Adding up"."""
    tasks, missing, outcomes, types, bundles, planned = [], [], {}, {}, {}, set()
    sums = {"items": 0, "objects": 0, "bytes": 0, "calls": 0, "retries": 0}
    if "bundle_sha256" in plan:
        bundles["boss"] = {plan["bundle_sha256"]}
    for first in plan["tasks"]:
        open_items, seen = set(items_of(first)), set()
        if planned & open_items:
            raise ValueError("an item is planned twice")
        planned |= open_items
        waiting = [first]
        while waiting:
            task = waiting.pop()
            if task["id"] not in commits:
                missing.append(task)
                open_items -= set(items_of(task))
                continue
            commit, data = commits[task["id"]]
            if commit["run_id"] != plan["run_id"] or commit["task"] != task["id"]:
                raise ValueError("a commit is another task's")
            for outcome in commit["outcomes"]:
                item = (outcome["auditor"], outcome["account_id"], outcome["region"])
                if item in seen or item not in open_items:
                    raise ValueError("an item has two outcomes, or was not planned")
                seen.add(item)
                open_items.discard(item)
                outcomes[outcome["status"]] = outcomes.get(outcome["status"], 0) + 1
                sums["calls"] += outcome["calls"]
                sums["retries"] += outcome["retries"]
            for each in commit["objects"]:
                kind = types.setdefault(each["resource_type"], {"items": 0, "objects": 0, "bytes": 0})
                for name, count in (("items", each["items"]), ("objects", 1), ("bytes", each["bytes"])):
                    kind[name] += count
                    sums[name] += count
            if commit.get("bundle_sha256"):
                who = commit["attempt"] if commit["attempt"] in ("boss", "recorder") else first["auditor"]
                bundles.setdefault(who, set()).add(commit["bundle_sha256"])
            held = sum(each["items"] for each in commit["objects"])
            tasks.append({"task": task["id"], "key": f'{prefix}outcomes/{task["id"]}.json', "bytes": len(data), "sha256": sha(data), "attempt": commit["attempt"], "outcomes": len(commit["outcomes"]), "objects": len(commit["objects"]), "items": held})
            waiting += reversed(commit.get("follow_ups", []))
        if open_items:
            raise ValueError("an item has no outcome")
    for sealer in seal["tool"]["bundles"].get("sealer", [])[:1]:
        bundles.setdefault("sealer", set()).add(sealer)
    passed = ("format", "sealed_at", "sequence", "previous", "signing_key", "attestation", *(("incomplete_requested_by", "claimed_as_complete") if missing else ()))
    return {
        **{name: seal[name] for name in passed if name in seal},
        **({"desk": plan["desk"]} if "desk" in plan else {}),
        "run_id": plan["run_id"], "run_date": plan["started_at"][:10], "complete": not missing, "missing": missing,
        "plan": {"key": prefix + "plan.json", "bytes": len(plan_bytes), "sha256": sha(plan_bytes)},
        "tool": {"version": plan["tool_version"], "bundles": {who: sorted(hashes) for who, hashes in bundles.items()}},
        "totals": {"planned": len(planned), "outcomes": outcomes, **sums}, "resource_types": types, "tasks": tasks,
    }


class Verifier:
    def __init__(self, folder, pem=None):
        self.copy, self.given = Copy(folder), keys_in(pem) if pem is not None else None
        self.found, self.open_runs, self.unjudged, self.chain, self.stranded = set(), {}, set(), {}, set()
        self.hand_overs = {}

    def say(self, kind, key, problem):
        self.found.add((kind, key, problem))

    def key(self, fingerprint):
        if self.given is not None:
            found = self.given.get(fingerprint)
            return found and (found[0], lambda sequence: self.may_sign(fingerprint, sequence))
        if not fingerprint:
            return "unchecked"
        pem = self.public_key(fingerprint)
        return pem and (pem, lambda sequence: True)

    def may_sign(self, fingerprint, sequence):
        first, last = self.given[fingerprint][1]
        events = [(at, record["to"]["sha256"] == fingerprint) for at, record in sorted(self.hand_overs.items()) if record and fingerprint in (record["from"]["sha256"], record["to"]["sha256"])]
        past = [begins for at, begins in events if at <= sequence]
        return first <= sequence <= last and (past[-1] if past else not events or not events[0][1])

    def follow_hand_overs(self, listing):
        """Reads the changes of key, and trusts the keys that they lead to from those given."""
        for sequence in (int(HAND_OVER.fullmatch(key)[1]) for key, _ in listing if HAND_OVER.fullmatch(key)):
            data = self.copy.read(f"keys/hand-overs/{sequence}.json", 16384)
            record = parse(data) if isinstance(data, bytes) else None
            good = isinstance(record, dict) and record.get("sequence") == sequence and is_hand_over(record, data)
            if data is not None:
                self.hand_overs[sequence] = record if good else None
        for _ in self.hand_overs:
            for sequence, record in sorted(self.hand_overs.items()):
                for one, other, at in (("from", "to", sequence - 1), ("to", "from", sequence)) if record and self.given is not None else ():
                    known, new = record[one]["sha256"], record[other]
                    if known in self.given and new["sha256"] not in self.given and self.may_sign(known, at):
                        self.given[new["sha256"]] = pem_of(base64.b64decode(new["public_key"])), (1, LAST)

    def public_key(self, fingerprint):
        data = self.copy.read(f"keys/{fingerprint}.pem", 16384)
        try:
            der = base64.b64decode("".join(data.decode().split("\n")[1:-2]))
            return data.decode() if sha(der) == fingerprint and pem_of(der).encode() == data else None
        except (ValueError, AttributeError):
            return None

    def link(self, sequence):
        data = self.copy.read(f"runs/chain/{LAST - sequence:09d}.json", 65536)
        link = parse(data) if isinstance(data, bytes) else None
        try:
            asked = {"incomplete": {"requested_by": link["incomplete"]["requested_by"]}} if "incomplete" in link else {}
            text = plain({name: link[name] for name in ("sequence", "run_id", "run_date", "claimed_at")} | asked)
            good = text.encode() == data and link["sequence"] == sequence and isinstance(link["run_id"] + link["run_date"], str)
        except (KeyError, TypeError):
            good = False
        return data, link if good else None

    def planned(self, date, run):
        data = self.copy.read(f"runs/run_date={date}/run_id={run}/plan.json", MB256)
        plan = parse(data) if isinstance(data, bytes) else None
        try:
            return plan["run_id"] == run and plan["started_at"][:10] == date and isinstance(plan["tasks"], list)
        except (KeyError, TypeError):
            return False

    def verify(self):
        """Exit code, and the findings as (kind, key, problem)."""
        listing = list(self.copy.list())
        self.follow_hand_overs(listing)
        names = sorted({RUN_KEY.fullmatch(key).group(1, 2) for key, _ in listing if RUN_KEY.fullmatch(key)})
        runs = [run for run in (Run(self.copy, date, run, self.key) for date, run in names) if run.stands]
        links = {LAST - int(LINK.fullmatch(key)[1]): None for key, _ in listing if LINK.fullmatch(key)}
        links = {sequence: link for sequence in links for link in [self.link(sequence)] if link[0] is not None}
        if not runs and not links:
            return 2, []
        self.place(runs, links)
        self.sealed = {run.run: run for run in self.chain.values() if run.trust != "altered"}
        self.unjudged |= {run.run for run in self.chain.values() if run.trust == "altered"}
        for run in runs:
            if run not in self.chain.values() and self.planned(run.date, run.run):
                self.unjudged.add(run.run)
                self.say("chain", run.manifest_key, "it has no sequence number in the chain")
        self.check_chain(links)
        self.check_objects(listing, links)
        self.check_keys(listing)
        if not self.chain and not self.found and not self.unjudged:
            return 2, []
        signed = self.given is not None and self.sealed and all(run.state == "fits" for run in self.sealed.values())
        return (1 if self.found else 0 if signed else 3), sorted(self.found)

    def place(self, runs, links):
        chain, left = self.chain, list(runs)
        def put(run, sequence):
            if sequence is not None and sequence not in chain and run in left:
                chain[sequence] = run
                left.remove(run)
        own = lambda run: run.seal["sequence"] if run.seal else None
        linked = {link["run_id"]: sequence for sequence, (_, link) in sorted(links.items(), reverse=True) if link}
        for run in runs:
            if run.state == "fits" and run.own:
                put(run, own(run))
        for run in runs:
            if linked.get(run.run) == own(run):
                put(run, own(run))
        for run in runs:
            put(run, linked.get(run.run))
        followed = {run.seal["previous"]["run_id"]: sequence - 1 for sequence, run in chain.items() if run.seal and run.seal["previous"]}
        for run in runs:
            put(run, followed.get(run.run))
        for run in runs:
            if run.seal and run.own:
                put(run, own(run))
        for sequence in sorted(chain, reverse=True):
            run, after = chain[sequence], chain.get(sequence + 1)
            if run.seal:
                run.read_contents(self.copy)
            run.trust = self.trust(run, after, chain.get(sequence - 1), links.get(sequence, (None, None)), self.hand_overs.get(sequence))

    @staticmethod
    def trust(run, after, before, link, hand_over):
        if not run.seal or not run.own:
            return "altered"
        if run.state == "fits":
            return "signed"
        previous = after.seal["previous"] if after and after.trust != "altered" else None
        if previous and previous["run_id"] == run.run and previous["manifest_sha256"] == run.sha:
            return "chained"
        if previous and after.trust != "built":
            return "altered"
        if "attestation" in run.seal and run.attested_otherwise():
            return "altered"
        claimed = link[1] and link[1]["run_id"] == run.run and link[0] not in [text.encode() for text in run.link_texts()]
        named = run.seal["previous"] or {}
        follows = (named.get("run_id"), named.get("run_date"), named.get("manifest_sha256"), named.get("signature_sha256") or (before and before.signature_sha))
        other = before and before.state == "fits" and follows != (before.run, before.date, before.sha, before.signature_sha)
        recorded = hand_over and not says(run.seal, hand_over)
        other = other or recorded
        key, key_before = (each.seal["signing_key"] or {} if each and each.seal else {} for each in (run, before))
        other = other or (before and before.state == "fits" and key.get("sha256") == key_before.get("sha256") and key.get("arn") != key_before.get("arn"))
        other = other or (before and before.state == "fits" and key.get("replaces") not in (None, key_before.get("sha256")))
        return "altered" if run.adds_up is False or (run.state == "untrusted" and recorded) or (run.state == "misfit" and (claimed or other)) else "built"

    def check_chain(self, links):
        expected = 1
        replacing = {at: run.seal["signing_key"] for at, run in self.chain.items() if run.trust != "altered" and (run.seal["signing_key"] or {}).get("replaces")}
        unfollowed = {key["sha256"] for at, key in replacing.items() if not self.hand_overs.get(at)}
        for sequence in sorted(self.chain):
            if sequence > expected:
                self.check_gap(expected, sequence - 1, links)
            expected = sequence + 1
            run, data, link = self.chain[sequence], *links.get(sequence, (None, None))
            link_key = f"runs/chain/{LAST - sequence:09d}.json"
            before, after = self.chain.get(sequence - 1), self.chain.get(sequence + 1)
            if run.trust == "altered":
                self.say("altered", run.manifest_key, "it is not what was sealed")
                if run.seal and not run.own and run.state == "fits":
                    self.say("signature", run.signature_key, "it is another run's")
                if data is not None and (not link or link["run_id"] != run.run):
                    self.say("altered", link_key, "it is not the run's")
                continue
            self.found |= set(run.problems)
            if run.state != "untrusted" or (run.seal["signing_key"] or {}).get("sha256") not in unfollowed:
                self.check_signature(run, after)
            if run.state == "untrusted":
                pass
            elif run.attestation is None and run.signature_sha and "attestation" in run.seal:
                self.say("missing", run.attestation_key, "the manifest names it")
            elif run.attestation is not None and not run.attested():
                self.say("altered", run.attestation_key, "it is not what the manifest says, or not signed")
            if data is None:
                self.say("missing", link_key, "the run has this sequence number")
            elif data not in [text.encode() for text in run.link_texts()]:
                self.say("altered", link_key, "it is not what the manifest says")
            if (run.seal["signing_key"] or {}).get("replaces"):
                record, record_key = self.hand_overs.get(sequence, ""), f"keys/hand-overs/{sequence}.json"
                if record == "" and run.state != "absent":
                    self.say("missing", record_key, "the manifest says that its key replaces another")
                elif record is None or (record and not says(run.seal, record)):
                    self.say("altered", record_key, "it is not what the manifest says, signed by both keys")
            previous = run.seal["previous"]
            named = previous and (previous["run_id"], previous["run_date"], previous["manifest_sha256"])
            if run.seal["sequence"] != sequence or (sequence == 1) != (previous is None):
                self.say("chain", run.manifest_key, "its sequence number is another")
            elif before and before.trust != "altered" and named != (before.run, before.date, before.sha):
                self.say("chain", run.manifest_key, "it follows another manifest than the one before it")

    def check_gap(self, start, end, links):
        for sequence in sorted(each for each in links if start <= each <= end):
            link = links[sequence][1]
            if not link or link["run_id"] in self.sealed or link["run_id"] in self.unjudged:
                continue
            if start < sequence:
                self.say("chain", f"runs/chain/{LAST - start:09d}.json", f"{start} to {sequence - 1} are missing")
            start = sequence + 1
            self.stranded.add(sequence)
            self.unjudged.add(link["run_id"])
            self.say("missing", f'runs/run_date={link["run_date"]}/run_id={link["run_id"]}/manifest.json', "its link is there")
        if start <= end:
            self.say("chain", f"runs/chain/{LAST - start:09d}.json", f"{start} to {end} are missing")

    def check_signature(self, run, after):
        after_says = ((after.seal["previous"] or {}).get("signature_sha256", "") if after and after.trust != "altered" else "")
        if run.state == "untrusted":
            self.say("signature", run.manifest_key, "its key was not given")
        elif run.state == "misfit":
            self.say("signature", run.signature_key, "it does not fit")
        elif run.state == "none" and run.signature_sha:
            self.say("added", run.signature_key, "the run is not signed")
        elif run.state == "absent" and after_says:
            self.say("missing", run.signature_key, "the run after it names it")
        elif run.state == "absent" and after and after_says is not None:
            self.say("unsigned", run.signature_key, "the run names a key")
        elif run.state not in ("absent", "none") and after_says and after_says != run.signature_sha:
            self.say("altered", run.signature_key, "the run after it names another")

    def check_objects(self, listing, links):
        expected = {key: each for run in self.sealed.values() for key, each in run.expected.items()}
        there = {key: size for key, size in listing}
        for key, each in expected.items():
            if key not in there:
                self.say("missing", key, "it was sealed")
            else:
                self.check_object(key, each, there[key])
        for key, size in listing:
            if key not in expected:
                self.check_stray(key, links)

    def check_object(self, key, each, size):
        data = self.copy.read(key, each["bytes"]) if size <= each["bytes"] else b""
        if size == each["bytes"] and data is None:
            self.say("missing", key, "there is no file")
        elif not isinstance(data, bytes) or sha(data) != each["sha256"]:
            self.say("altered", key, "its SHA-256 is another")
        elif "items" in each:
            try:
                if gzip.decompress(data).count(b"\n") != each["items"]:
                    self.say("miscounted", key, "it holds another number of items")
            except (OSError, EOFError):
                self.say("miscounted", key, "it cannot be unpacked")

    def check_stray(self, key, links):
        hand_over = HAND_OVER.fullmatch(key)
        if hand_over:
            return self.check_hand_over(key, int(hand_over[1]))
        evidence, document, link, table = EVIDENCE.fullmatch(key), RUN_KEY.fullmatch(key), LINK.fullmatch(key), TABLE.fullmatch(key)
        if evidence:
            run = self.of_run(key, *evidence.group(1, 2))
            if run and evidence[3] not in run.broken:
                attempts = {entry["task"]: entry["attempt"] for entry in run.seal["tasks"]}
                committed = attempts.get(evidence[3], evidence[4])
                if committed == evidence[4] and not self.is_missing(run, evidence[3]):
                    self.say("added", key, "no commit names it")
        elif document:
            self.check_document(key, *document.groups())
        elif link:
            self.check_link(key, LAST - int(link[1]), links)
        elif table:
            run = table[1]
            if run in self.open_runs:
                self.say("missing", f"runs/run_date={self.open_runs.pop(run)}/run_id={run}/manifest.json", "there are tables of it")
                self.unjudged.add(run)
            elif run not in self.sealed and run not in self.unjudged:
                self.say("added", key, "a table of a run that is not sealed")
        elif key in ("hints/durations.json", "notifications/told.json.gz"):
            data = self.copy.read(key, MB256)
            if not isinstance(data, bytes) or not (is_hint(data) if key[0] == "h" else is_state(data)):
                self.say("altered", key, "it is not as the system writes it")
        elif not KEY.fullmatch(key) and not OUTSIDE.fullmatch(key) and not key.startswith(".itaudit/"):
            self.say("added", key, "the system uses no such name")

    @staticmethod
    def is_missing(run, task):
        return any(task == each["id"] or task.startswith(each["id"] + ".") for each in run.seal["missing"])

    def of_run(self, key, date, run):
        if run in self.unjudged or self.open_runs.get(run) == date:
            return None
        if run in self.sealed and self.sealed[run].date == date:
            return self.sealed[run]
        if run not in self.sealed and self.planned(date, run):
            self.open_runs[run] = date
            return None
        self.say("added", key, "of a run that was not planned")

    def check_document(self, key, date, run, name):
        if name in ("manifest.json", "manifest.sig", "manifest.intoto.json"):
            if run in self.unjudged or (run in self.sealed and self.sealed[run].date == date):
                return
            manifest = f"runs/run_date={date}/run_id={run}/manifest.json"
            stands = self.copy.read(manifest, MB256) is not None
            self.say("added" if stands else "missing", key if stands else manifest, "no sequence number, or no file")
            return
        if TIMESTAMP.fullmatch(name):
            self.of_run(key, date, run)
            return
        document, mark = DOCUMENT.fullmatch(name), MARK.fullmatch(name)
        if not document and not mark:
            return self.say("added", key, "the system uses no such name")
        if mark and not is_mark(self.copy.read(key, 4096), name):
            return self.say("altered", key, "it is not as the system writes it")
        sealed = self.of_run(key, date, run)
        if not sealed:
            return
        task = (mark or document)[1]
        known = task is not None and (self.is_missing(sealed, task) or (mark and any(task == each["task"] for each in sealed.seal["tasks"])))
        if not known and not (mark and task is None):
            self.say("added", key, "the manifest does not name it")

    def check_hand_over(self, key, sequence):
        run = self.chain.get(sequence)
        if run and (run.trust == "altered" or (run.seal["signing_key"] or {}).get("replaces")):
            return
        link = None if run or sequence in self.stranded else self.link(sequence)[1]
        if sequence in self.stranded or (link and link["run_id"] in self.unjudged):
            return
        if not link or link["run_id"] in self.sealed or not self.planned(link["run_date"], link["run_id"]):
            return self.say("added", key, "no manifest says that the key changes there")
        self.say("missing", f'runs/run_date={link["run_date"]}/run_id={link["run_id"]}/manifest.json', "there is a change of its key")
        self.open_runs.pop(link["run_id"], None)
        self.unjudged.add(link["run_id"])
        self.stranded.add(sequence)

    def check_link(self, key, sequence, links):
        last = max(self.chain, default=0)
        if sequence in self.chain or sequence in self.stranded:
            return
        link = links.get(sequence, (None, None))[1]
        claims = link and link["run_id"] not in self.sealed and link["run_id"] not in self.unjudged and sequence == last + 1
        if not claims or not self.planned(link["run_date"], link["run_id"]):
            self.say("altered" if 0 < sequence <= last else "added", key, "no run has this sequence number")

    def check_keys(self, listing):
        there = {KEY.fullmatch(key)[1] for key, _ in listing if KEY.fullmatch(key)}
        named = {run.seal["signing_key"]["sha256"]: run for run in self.chain.values() if run.seal and run.seal["signing_key"]}
        named |= {record[which]["sha256"]: None for record in self.hand_overs.values() if record for which in ("from", "to")}
        unsure = self.unjudged or not self.chain
        for each in there:
            if each not in named and not unsure:
                self.say("added", f"keys/{each}.pem", "no manifest names it")
            elif self.public_key(each) is None:
                self.say("altered", f"keys/{each}.pem", "its name is not its SHA-256")
        signed = {run.seal["signing_key"]["sha256"] for run in self.sealed.values() if run.signature_sha and run.seal["signing_key"] and run.state != "untrusted"}
        for each in signed - there:
            self.say("missing", f"keys/{each}.pem", "manifests are signed with it")


def says(seal, record):
    """Whether a manifest says what a record of a change of key does."""
    key, previous = seal["signing_key"] or {}, seal["previous"] or {}
    said = key.get("replaces"), key.get("sha256"), previous.get("manifest_sha256")
    return said == (record["from"]["sha256"], record["to"]["sha256"], record["previous_manifest_sha256"])


def is_mark(data, name):
    if not name.startswith("sealing/"):
        return data == b"{}"
    lease = parse(data) if isinstance(data, bytes) else None
    names = set(lease) if isinstance(lease, dict) else set()
    return names in ({"holder", "expiresAt"}, {"holder", "until"}) and plain(lease).encode() == data and isinstance(lease["holder"], str)


def is_hint(data):
    hint = parse(data) if len(data) <= 2_000_000 else None
    return isinstance(hint, dict) and plain(hint).encode() == data and hint.get("format") == "audit-ecosystem/durations/1" and isinstance(hint.get("accounts"), list) and isinstance(hint.get("ms"), dict)


def is_state(data):
    try:
        return json.loads(gzip.GzipFile(fileobj=io.BytesIO(data)).read(MB256)) is not ...
    except (OSError, EOFError, ValueError, RecursionError):
        return False


def root_from(leaf, index, size, path):
    """The root of an RFC 6962 tree that a leaf leads to; None where the path does not fit."""
    node = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()
    if not 0 <= index < size or (size == 1) != (not path):
        return None
    if size == 1:
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    below = root_from(leaf, index % left if index < left else index - left, left if index < left else size - left, path[:-1])
    return below and (node(below, path[-1]) if index < left else node(path[-1], below))


def check_proof(proof, keys):
    """Whether an item was sealed: its line leads to the commit's root, the commit's hash stands in a signed manifest."""
    try:
        line, manifest, commit = (proof[name].encode() for name in ("item", "manifest", "commit"))
        seal, signature = json.loads(manifest), base64.b64decode(proof["signature"])
        pem, (first, last) = keys[seal["signing_key"]["sha256"]]
        entry = next(each for each in seal["tasks"] if each["task"] == proof["task"])
        each = next(each for each in json.loads(commit)["objects"] if each["key"] == proof["object"])
        root = root_from(hashlib.sha256(b"\0" + line).digest(), proof["index"], each["items"], [bytes.fromhex(hash) for hash in proof["path"]])
        signed = first <= seal["sequence"] <= last and low_s(signature) and fits(pem, manifest, signature)
        return signed and sha(commit) == entry["sha256"] and root is not None and root.hex() == each["merkle_root"]
    except (KeyError, TypeError, ValueError, StopIteration, AttributeError, RecursionError):
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copy", nargs="*", help="folders; of several, a line of JSON for each is printed")
    parser.add_argument("--public-key")
    parser.add_argument("--proof")
    options = parser.parse_args()
    pem = open(options.public_key, encoding="utf-8").read() if options.public_key else None
    if options.proof:
        proofs = json.load(open(options.proof, encoding="utf-8"))
        good = all(check_proof(each, keys_in(pem or "")) for each in (proofs if isinstance(proofs, list) else [proofs]))
        print("verified" if good else "VIOLATED")
        sys.exit(0 if good else 1)
    for copy in options.copy:
        code, found = Verifier(copy, pem).verify()
        if len(options.copy) > 1:
            print(json.dumps({"copy": copy, "code": code, "found": [each[:2] for each in found]}))
        else:
            for kind, key, problem in found:
                print(f"{kind} {ascii(key)[1:-1]}: {problem}")
            print({0: "verified", 1: "VIOLATED", 2: "nothing could be judged", 3: "consistent"}[code])
    sys.exit(code)


if __name__ == "__main__":
    main()
