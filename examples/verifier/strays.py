"""Objects that no seal names: "How a copy is judged", 5, of docs/evidence/format.md."""

import gzip
import io
import json
import zlib

from verifier.documents import LAST_SEQUENCE, is_planned, kind_of, parse, plain, run_key

MARK_AT_MOST = 4096
HINT_AT_MOST = 2_000_000
UNPACKED_AT_MOST = 256 * 1024 * 1024
DURATIONS = "audit-ecosystem/durations/1"


def is_lease(data):
    lease = parse(data)
    names = set(lease) if isinstance(lease, dict) else set()
    is_written = names in ({"holder", "expiresAt"}, {"holder", "until"}) and plain(lease) == data
    return is_written and isinstance(lease["holder"], str)


def is_hint(data):
    hint = parse(data) if data is not None and len(data) <= HINT_AT_MOST else None
    is_written = isinstance(hint, dict) and plain(hint) == data and hint.get("format") == DURATIONS
    return is_written and isinstance(hint.get("accounts"), list) and isinstance(hint.get("ms"), dict)


def is_notification_state(data):
    try:
        json.loads(gzip.GzipFile(fileobj=io.BytesIO(data)).read(UNPACKED_AT_MOST))
        return True
    except (TypeError, OSError, EOFError, zlib.error, ValueError, RecursionError):
        return False


FORMS = {"hint": is_hint, "notifications": is_notification_state}


class Strays:
    """Says of each object that no seal names whether it belongs there or was added.

    verifier: whose copy it is, with the runs that are sealed, unjudged and open.
    """

    def __init__(self, verifier):
        self.of = verifier

    def check(self, key):
        kind, parts = kind_of(key)
        checks = {
            "evidence": self.check_evidence,
            "seal": self.check_seal,
            "plan": self.check_document,
            "commit": self.check_document,
            "mark": self.check_mark,
            "lease": self.check_lease,
            "time stamp": self.run_of,
            "link": self.check_link,
            "key": lambda *_: None,  # checked with what names them
            "change of key": self.check_change_of_key,
            "table": self.check_table,
        }
        if kind in checks:
            checks[kind](key, parts)
        elif kind == "unknown":
            self.of.say("added", key, "the system uses no such name")
        elif kind in FORMS and not FORMS[kind](self.of.copy.read(key)):
            self.of.say("altered", key, "it is not as the system writes it")

    def run_of(self, key, parts):
        """The sealed run of an object; None where nothing of it can be told, or it is still open."""
        run, date = parts["run"], parts["date"]
        if run in self.of.unjudged or self.of.open_runs.get(run) == date:
            return None
        sealed = self.of.sealed.get(run)
        if not sealed and self.of.copy.is_unreadable(run_key(date, run, "manifest.json")):
            self.of.unjudged.add(run)
            return None
        if sealed and sealed.date == date:
            return sealed
        if not sealed and is_planned(self.of.copy, date, run):
            self.of.open_runs[run] = date
        else:
            self.of.say("added", key, "of a run that was not planned")
        return None

    @staticmethod
    def is_missing(run, task):
        """Whether the run was sealed without a task, or without the one that handed over to it."""
        ids = [each["id"] for each in run.seal["missing"]]
        return any(task == each or task.startswith(f"{each}.") for each in ids)

    def check_evidence(self, key, parts):
        run = self.run_of(key, parts)
        if not run or parts["task"] in run.broken:
            return
        attempts = {entry["task"]: entry["attempt"] for entry in run.seal["tasks"]}
        lost = attempts.get(parts["task"], parts["attempt"]) != parts["attempt"]
        if not lost and not self.is_missing(run, parts["task"]):
            self.of.say("added", key, "no commit names it")

    def check_document(self, key, parts):
        run, task = self.run_of(key, parts), parts.get("task")
        if run and not (task and self.is_missing(run, task)):
            self.of.say("added", key, "the manifest does not name it")

    def check_seal(self, key, parts):
        """A manifest, or what is written with it."""
        run, date = parts["run"], parts["date"]
        if run in self.of.unjudged or (run in self.of.sealed and self.of.sealed[run].date == date):
            return
        manifest = run_key(date, run, "manifest.json")
        if self.of.copy.read(manifest) is None:
            self.of.say("missing", manifest, "something is there that was written with it")
        else:
            self.of.say("added", key, "its run has no sequence number")

    def check_mark(self, key, parts):
        if self.of.copy.read(key, MARK_AT_MOST) != b"{}":
            self.of.say("altered", key, "it is not as the system writes it")
            return
        run, task = self.run_of(key, parts), parts["task"]
        if run and task and not self.is_missing(run, task):
            if all(task != entry["task"] for entry in run.seal["tasks"]):
                self.of.say("added", key, "the run has no such task")

    def check_lease(self, key, parts):
        if is_lease(self.of.copy.read(key, MARK_AT_MOST)):
            self.run_of(key, parts)
        else:
            self.of.say("altered", key, "it is not as the system writes it")

    def check_table(self, key, parts):
        run = parts["run"]
        if run in self.of.open_runs:
            manifest = run_key(self.of.open_runs.pop(run), run, "manifest.json")
            self.of.say("missing", manifest, "there are tables of it")
            self.of.unjudged.add(run)
        elif run not in self.of.sealed.keys() | self.of.unjudged and not self.of.copy.hides_manifests():
            self.of.say("added", key, "a table of a run that is not sealed")

    def claims(self, sequence):
        """The link of a run that is planned, and not sealed or not yet."""
        link = self.of.links.get(sequence)
        is_known = not link or not link.run or link.run in self.of.sealed
        return link if not is_known and is_planned(self.of.copy, link.date, link.run) else None

    def check_link(self, key, parts):
        sequence, last = LAST_SEQUENCE - int(parts["place"]), max(self.of.chain, default=0)
        if sequence in self.of.chain or sequence in self.of.stranded:
            return
        link = self.claims(sequence)
        if link and self.of.copy.is_unreadable(run_key(link.date, link.run, "manifest.json")):
            return
        if not link or link.run in self.of.unjudged or sequence != last + 1:
            kind = "altered" if 0 < sequence <= last else "added"
            self.of.say(kind, key, "no run has this sequence number")

    def check_change_of_key(self, key, parts):
        sequence = int(parts["sequence"])
        run = self.of.chain.get(sequence)
        if run and (run.trust == "altered" or run.named_key.get("replaces")):
            return
        if not run and self.of.copy.hides_manifests():
            return
        link = None if run else self.claims(sequence)
        if not link and sequence not in self.of.stranded:
            self.of.say("added", key, "no manifest says that the key changes there")
        elif link and link.run not in self.of.unjudged:
            self.of.strand(sequence, link, "there is a change of its key")
