"""A proof of one resource: "A proof of one resource" of docs/evidence/format.md."""

import hashlib
import json
import re

from verifier.documents import refuse_constant, sha256
from verifier.signatures import fits, from_base64, has_one_form

FORMAT = "audit-ecosystem/proof/1"
TEXTS = ("item", "object", "task", "commit", "manifest", "signature")


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_from(leaf, index, size, path):
    """The root of a tree of a size that a leaf leads to by a path; None where the path does not fit."""
    if not 0 <= index < size or (size == 1) != (not path):
        return None
    if size == 1:
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        below = root_from(leaf, index, left, path[:-1])
        return below and node(below, path[-1])
    below = root_from(leaf, index - left, size - left, path[:-1])
    return below and node(path[-1], below)


def is_written(proof):
    """Whether it is a proof as itaudit prove writes it, whatever it shows."""
    try:
        index, path = proof["index"], proof["path"]
        is_number = not isinstance(index, bool) and index >= 0 and index == int(index)
        texts = all(isinstance(proof[name], str) for name in TEXTS)
        hashes = isinstance(path, list) and all(re.fullmatch("[0-9a-f]{64}", each) for each in path)
        return proof["format"] == FORMAT and is_number and texts and hashes
    except (KeyError, TypeError, ValueError, OverflowError):
        return False


def is_proof(proof, keys):
    """Whether the line leads to its commit's root, and a signed manifest names the commit's hash."""
    try:
        line, manifest, commit = (proof[name].encode() for name in ("item", "manifest", "commit"))
        seal = json.loads(manifest)
        pem, first, last = keys[seal["signing_key"]["sha256"]]
        signature = from_base64(proof["signature"])
        if seal["format"].endswith("/3") and not has_one_form(signature):
            return False
        if not first <= seal["sequence"] <= last or not fits(pem, manifest, signature):
            return False
        entry = next(each for each in seal["tasks"] if each["task"] == proof["task"])
        named = next(each for each in json.loads(commit)["objects"] if each["key"] == proof["object"])
        path = [bytes.fromhex(each) for each in proof["path"]]
        root = root_from(hashlib.sha256(b"\0" + line).digest(), int(proof["index"]), named["items"], path)
        return sha256(commit) == entry["sha256"] and root is not None and root.hex() == named["merkle_root"]
    except (KeyError, TypeError, ValueError, StopIteration, AttributeError, RecursionError):
        return False


def are_proofs(text, keys):
    """Whether every proof of a text holds. Raises ValueError where it is none."""
    try:
        proofs = json.loads(text, parse_constant=refuse_constant)
    except RecursionError:
        proofs = None
    proofs = proofs if isinstance(proofs, list) else [proofs]
    if not proofs or not all(map(is_written, proofs)):
        raise ValueError("it is no proof of itaudit prove")
    return all(is_proof(each, keys) for each in proofs)
