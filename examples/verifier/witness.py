"""Checkpoints that a witness outside has cosigned: docs/witness.md, https://c2sp.org/tlog-cosignature."""

import base64
import hashlib
import os
import re
import subprocess
import tempfile

from verifier.documents import kind_of, link_key
from verifier.proof import node
from verifier.signatures import from_base64, pem_of

CHECKPOINT_AT_MOST = 65536
# What stands before an Ed25519 key in its DER.
ED25519 = bytes.fromhex("302a300506032b6570032100")
COSIGNATURE = bytes([4])  # its kind, by https://c2sp.org/signed-note
CHECKPOINT = re.compile(r"(.+)\n(0|[1-9]\d{0,8})\n([A-Za-z0-9+/]{43}=)\n", re.ASCII)
SIGNATURE = re.compile(r"— ([^\s+]+) (\S+)")
SIGNATURES_AT_MOST = 64
VERIFIER_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", re.ASCII)
PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----")
TIME_AT_MOST = 8_640_000_000_000  # seconds: no clock goes further


def parse_note(note):
    """A signed note's text and its signatures, each a name and bytes; None: it is no such note."""
    body, _blank, lines = note.rpartition("\n\n")
    if not body or not lines.endswith("\n") or re.search(r"[\0-\x09\x0b-\x1f]", note):
        return None
    signatures = []
    for found in map(SIGNATURE.fullmatch, lines[:-1].split("\n")):
        try:
            signatures.append((found[1], from_base64(found[2])))
        except (TypeError, ValueError):
            return None
    is_whole = len(signatures) <= SIGNATURES_AT_MOST and all(len(data) > 4 for _name, data in signatures)
    return (body + "\n", signatures) if is_whole else None


def key_id(name, raw):
    return hashlib.sha256(name.encode() + b"\n" + COSIGNATURE + raw).digest()[:4]


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree_root(leaves[:left]), tree_root(leaves[left:]))


def is_signed(pem, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("key", pem.encode()), ("signature", signature), ("message", message)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(body)
        check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "message",
                 "-sigfile", "signature"]
        return subprocess.run(check, cwd=folder, capture_output=True).returncode == 0


class Witness:
    """A witness's key, PEM or a line `name+id+key`, and checkpoints that were kept elsewhere, as texts."""

    def __init__(self, key, kept):
        line, pem = VERIFIER_KEY.fullmatch(key.strip()), PEM.search(key)
        if line:
            self.name, kind_and_raw = line[1], from_base64(line[3])
            der = ED25519 + kind_and_raw[1:]
            is_own = kind_and_raw[:1] == COSIGNATURE and key_id(line[1], kind_and_raw[1:]).hex() == line[2]
        else:
            self.name, der, is_own = None, base64.b64decode(pem[1] if pem else ""), True
        if not is_own or not der.startswith(ED25519) or len(der) != len(ED25519) + 32:
            raise ValueError("a witness's Ed25519 key is expected: PEM, or name+id+key")
        self.raw, self.pem, self.kept = der[len(ED25519):], pem_of(der), kept

    def read(self, text):
        """Size and root of a checkpoint that the witness cosigned; None: it did not; False: it is forged."""
        body, signatures = parse_note(text) or ("", [])
        checkpoint = CHECKPOINT.fullmatch(body)
        if not checkpoint:
            return False
        for name, data in signatures:
            if data[:4] != key_id(name, self.raw) or self.name not in (None, name):
                continue
            time = int.from_bytes(data[4:12], "big")
            message = f"cosignature/v1\ntime {time}\n{body}".encode()
            is_his = len(data) == 76 and time <= TIME_AT_MOST and is_signed(self.pem, message, data[12:])
            return (int(checkpoint[2]), base64.b64decode(checkpoint[3])) if is_his else False
        return None

    def check(self, copy, listing, chain, say):
        """Compares a chain with each checkpoint of the witness. Returns whether it saw the newest run."""
        seen = []
        for text in self.kept:
            checkpoint = self.read(text)
            if not checkpoint:
                raise ValueError("a given checkpoint is not cosigned by the given witness")
            seen.append(checkpoint)
        for key, _size in listing:
            if kind_of(key)[0] != "witnessed" or not key.startswith("log/checkpoints/"):
                continue
            data = copy.read(key, CHECKPOINT_AT_MOST) or b""
            checkpoint = len(data) <= CHECKPOINT_AT_MOST and self.read(data.decode("utf-8", "replace"))
            if checkpoint is False:
                say("altered", key, "it is no checkpoint, or its cosignature is not of it")
            elif checkpoint:
                seen.append(checkpoint)
        last = max(chain, default=0)
        leaves = []
        while len(leaves) + 1 in chain:
            leaves.append(hashlib.sha256(b"\0" + bytes.fromhex(chain[len(leaves) + 1].sha256)).digest())
        for size, root in seen:
            if size > len(leaves) and copy.hides_manifests():
                continue
            if size > last or size > len(leaves) or tree_root(leaves[:size]) != root:
                say("rollback", link_key(max(size, 1)), f"the witness saw another history of {size} runs")
        return max((size for size, _root in seen), default=0) >= last
