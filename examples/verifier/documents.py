"""Keys and documents of a bucket's copy: "Keys" and "Documents" of docs/evidence/format.md."""

import errno
import hashlib
import json
import os
import re
import stat

DAY = r"(?P<date>\d{4}-\d\d-\d\d)"
RUN = r"(?P<run>[0-9A-Z]{26})"
TASK = r"[A-Za-z0-9_-]+(?:\.\d+)*"
RUN_FOLDER = rf"runs/run_date={DAY}/run_id={RUN}/"

# What an object is, by its key. Whatever none of these fits was added.
KINDS = {
    "evidence": rf"evidence/resource_type=[a-z0-9_]+/run_date={DAY}/{RUN}"
                rf"-(?P<task>{TASK})-(?P<attempt>[a-z0-9]+)\.ndjson\.gz",
    "seal": RUN_FOLDER + r"manifest\.(?:json|sig|intoto\.json)",
    "plan": RUN_FOLDER + r"plan\.json",
    "commit": RUN_FOLDER + rf"outcomes/(?P<task>{TASK})\.json",
    "time stamp": RUN_FOLDER + r"timestamps/[a-z0-9][a-z0-9.-]{0,252}\.tsr",
    "mark": RUN_FOLDER + rf"finished/(?:tasks/(?:\d{{4,}}|{TASK})/(?P<task>{TASK})|groups/\d{{4,}})\.json",
    "lease": RUN_FOLDER + r"sealing/\d{4,}\.json",
    "link": r"runs/chain/(?P<place>\d{9})\.json",
    "key": r"keys/(?P<fingerprint>[0-9a-f]{64})\.pem",
    "change of key": r"keys/hand-overs/(?P<sequence>[1-9]\d{0,8})\.json",
    "table": rf"tables/[a-z0-9_]+/run_date={DAY}/{RUN}(?:-\d+)?\.parquet",
    "hint": r"hints/durations\.json",
    "notifications": r"notifications/told\.json\.gz",
    "latest table": r"tables/latest/(?:run\.json|[a-z0-9_]+/\d+\.parquet)",
    "model": rf"models/run_date={DAY}/run_id={RUN}/\d{{4}}\.json",
    "witnessed": r"log/(?:checkpoints/[1-9]\d{0,8}|leaves/[1-9]\d{0,8}-[1-9]\d{0,8})\.txt",
    "being written": r"\.itaudit/.*",
}
PATTERNS = {kind: re.compile(pattern, re.ASCII | re.DOTALL) for kind, pattern in KINDS.items()}

LAST_SEQUENCE = 999_999_999
DOCUMENT_AT_MOST = 256 * 1024 * 1024
DEPTH_AT_MOST = 100


def kind_of(key):
    """What an object is, and the parts of its key; "unknown" where the system uses no such name."""
    for kind, pattern in PATTERNS.items():
        found = pattern.fullmatch(key)
        if found:
            return kind, found.groupdict()
    return "unknown", {}


def run_key(date, run, name):
    return f"runs/run_date={date}/run_id={run}/{name}"


def link_key(sequence):
    return f"runs/chain/{LAST_SEQUENCE - sequence:09d}.json"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain(value):
    """JSON without white space, its members in the order in which they were put."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def parse(data):
    """A document. None for whatever is none: too large, not UTF-8, not JSON, or nested too deep."""
    if data is None or len(data) > DOCUMENT_AT_MOST:
        return None
    try:
        text = data.decode("utf-8")
        depth = 0
        for bracket in re.sub(r'"(?:[^"\\]|\\.)*"?', "", text, flags=re.DOTALL):
            depth += (bracket in "[{") - (bracket in "]}")
            if depth > DEPTH_AT_MOST:
                return None
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return None


def key_of(name):
    """A path as a key: bytes that are not UTF-8 are shown as \\xff, which no key of the system has."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 128 else f"\\x{byte:x}" for byte in name)


def size_of(path):
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


# Errors of paths at which there is no file. Under any other there may be one.
NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO, errno.EINVAL}


class Copy:
    """A folder that holds a copy of the bucket: each key is a path.

    unreadable: keys of files, and of folders with their slashes, that could not be read. Nothing is concluded
    from them: neither that they are missing or altered, nor that what they would name was added.
    """

    def __init__(self, folder):
        self.folder = os.fsencode(folder)
        self.unreadable = set()

    def is_unreadable(self, key):
        return any(key == each or each.endswith("/") and key.startswith(each) for each in self.unreadable)

    def hides_manifests(self):
        """Whether a run may have a manifest that could not be read."""
        return any(
            "runs/".startswith(each) or each.startswith("runs/run_date=") and each.endswith(("/", "/manifest.json"))
            for each in self.unreadable)

    def path(self, key):
        """Of a key that stays below the folder: keys come from documents that anyone may have written."""
        parts = key.split("/")
        if re.search(r"[\\\0]", key) or {"", ".", ".."} & set(parts):
            return None
        return os.path.join(self.folder, *map(os.fsencode, parts))

    def read(self, key, at_most=DOCUMENT_AT_MOST):
        """The bytes of a file, of a larger one at_most and one; None where there is no file to be read."""
        try:
            path = self.path(key)
            found = os.stat(path) if path else None
            if not found or not stat.S_ISREG(found.st_mode):
                return None
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                return file.read(min(at_most, found.st_size) + 1)
        except OSError as error:
            if error.errno not in NO_FILE and not self.is_unreadable(key):
                self.unreadable.add(key)
            return None
        except ValueError:
            return None

    def list(self):
        """Every key with its size."""
        folders = [(self.folder, b"")]
        while folders:
            folder, below = folders.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                self.unreadable.add(key_of(below))
                continue
            for entry in entries:
                name = below + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, name + b"/"))
                else:
                    yield key_of(name), size_of(entry.path)


def is_planned(copy, date, run):
    """Whether a run's plan is there, and its own. One that cannot be read may be."""
    key = run_key(date, run, "plan.json")
    plan = parse(copy.read(key))
    if copy.is_unreadable(key):
        return True
    try:
        is_own = plan["run_id"] == run and plan["started_at"][:10] == date
        return is_own and isinstance(plan["tasks"], list)
    except (KeyError, TypeError):
        return False
