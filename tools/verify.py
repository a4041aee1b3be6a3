#!/usr/bin/env python3
"""Re-checks what sekisho hands out, without sekisho.

One file on purpose: an auditor copies it, reads it from top to bottom and runs it where nothing else is installed.
Needs Python's standard library and the stock programs `openssl` (3.x) and, to look into parts, `zstd`.

  verify.py package FILE.skp --root root.pem [--at TIME] [--key recipient.key --cert recipient.pem]
  verify.py receipt FILE     --root root.pem [--at TIME] [--package FILE.skp]
  verify.py ledger  DIR|EXPORT --key public.pem [--remember NOTE.txt ...]
  verify.py dataset MANIFEST.json [--leaves leaves.csv] [--withdrawn FILE] [--approver-key approver.pem]
  verify.py table   CHECKED.csv --relations relations.csv --witness WITNESS.json
  verify.py proof   SHEET.json  [--output TABLE.csv] [--dataset DATA.csv]

The formats are described in docs/formats. Prints one line for each thing found; the exit code is 0 when all holds, 1 when
something does not, 2 for wrong use. Nothing readable is written outside a temporary folder that is removed at the end.
"""
import argparse
import base64
import binascii
import csv
import datetime
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile

MAX_PART = 8 << 20           # ciphertext of one part
MAX_CONTENT = MAX_PART - (16 << 10)
MAX_PLAIN = 64 << 20         # a part after decompression
WITHDRAWALS = 65536          # content of the withdrawals part
PAD_MULTIPLE = 256 << 10     # content of the last data part
BLOCK = 512


class Wrong(Exception):
    """Something does not hold; the text says what."""


def require(condition, text):
    if not condition:
        raise Wrong(text)


def canonical(value):
    """The one spelling of a JSON value that is hashed and signed: sorted members, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse_canonical(data, what):
    try:
        value = json.loads(data.decode())
    except ValueError as error:
        raise Wrong(f"{what} is not JSON") from error
    require(canonical(value) == data, f"{what} is not in canonical form")
    return value


def members(value, what, *names):
    require(isinstance(value, dict) and sorted(value) == sorted(names), f"{what} has other members than {', '.join(names)}")
    return [value[name] for name in names]


def sha256(*pieces):
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def unbase64(text, what):
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Wrong(f"{what} is not base64") from error


def run(command, data=None):
    return subprocess.run(command, input=data, capture_output=True, check=False)


class Scratch:
    """A private temporary folder with files for openssl."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sekisho-verify-")
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def put(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)


# --- signatures ---


def check_signature(scratch, document, signature, root, at):
    """Verifies a detached CMS signature; returns the signer's subject as a dictionary {"CN", "OU", "O"}."""
    signer = scratch.path("signer.pem")
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", scratch.put("signature.p7s", signature),
               "-content", scratch.put("document", document), "-CAfile", root, "-no-CApath", "-no-CAstore",
               "-purpose", "any", "-signer", signer, "-out", os.devnull]
    if at is not None:
        command += ["-attime", str(int(at))]
    result = run(command)
    require(result.returncode == 0, "the signature does not hold: " + last_line(result.stderr))
    subject = run(["openssl", "x509", "-in", signer, "-noout", "-subject", "-nameopt", "sep_multiline,utf8,sname"])
    fields = {}
    for line in subject.stdout.decode(errors="replace").splitlines():
        name, separator, value = line.strip().partition("=")
        if separator:
            fields[name.strip()] = value.strip()
    return fields


def last_line(output):
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "openssl gave no reason"


def utc(text):
    """Seconds since 1970 of a time in the program's form."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?Z", text)
    require(match is not None, "a time is not of the form 2026-11-21T04:05:06Z")
    return datetime.datetime.fromisoformat(match[1] + "+00:00").timestamp()


# --- ustar ---


def octal(block, at, size):
    match = re.fullmatch(rb"([0-7]+)[ \0]*", block[at:at + size])
    require(match is not None, "a number in an archive header is malformed")
    return int(match[1], 8)


def text_field(block, at, size):
    text, _, rest = block[at:at + size].partition(b"\0")
    require(not rest.strip(b"\0"), "an archive header has stray bytes")
    return text


def read_header(block):
    require(len(block) == BLOCK, "the archive is cut off")
    require(octal(block, 148, 8) == sum(block[:148]) + 8 * 32 + sum(block[156:]), "an archive header has a wrong checksum")
    require(block[257:265] == b"ustar\x0000", "the archive is not in ustar form")
    require(block[156:157] == b"0", "the archive holds something else than regular files")
    require(not (block[157:257] + block[345:512]).strip(b"\0"), "an archive header has a link, a prefix or stray bytes")
    return text_field(block, 0, 100).decode("ascii", "replace"), octal(block, 124, 12), octal(block, 136, 12)


def read_archive(file, size, limit):
    """Yields (name, content, time) of a ustar archive; `limit` bounds each member."""
    at = 0
    while True:
        block = file.read(BLOCK)
        if block == bytes(BLOCK):
            tail = block + file.read(23 * BLOCK)
            require(len(tail) in range(2 * BLOCK, 22 * BLOCK + 1, BLOCK) and not tail.strip(b"\0"),
                    "the archive does not end as it must")
            return
        name, length, time = read_header(block)
        padded = (length + BLOCK - 1) // BLOCK * BLOCK
        at += BLOCK + padded
        require(length <= limit, f"{name} is too large")
        require(at <= size, f"{name} is cut off")
        content = file.read(padded)
        require(len(content) == padded and not content[length:].strip(b"\0"), f"{name} is cut off or not padded with zeros")
        yield name, content[:length], time


# --- packages ---


def read_manifest(data):
    manifest = parse_canonical(data, "manifest.json")
    _, version, package, count, parts, *_ = members(
        manifest, "manifest.json", "created", "format", "package", "part_count", "parts", "previous", "program",
        "recipients_version", "seen_checkpoints")
    require(version == 1, "the package has an unknown format version")
    members(package, "the package id", "body", "epoch", "hospital", "sequence")
    require(isinstance(parts, list) and 1 <= count == len(parts) <= 9999, "the number of parts is wrong")
    for part in parts:
        members(part, "a part of the manifest", "commitment", "sha256", "size")
    return manifest


def zstd_frame_length(content):
    """Length of the zstd frame at the start, walking over its blocks (RFC 8878 section 3.1.1); window at most 8 MiB."""
    require(content[:4] == b"\x28\xb5\x2f\xfd", "a part's content is no zstd frame")
    require(len(content) > 6, "the zstd frame is cut off")
    descriptor = content[4]
    require(descriptor & 0x0b == 0, "the zstd frame uses a dictionary or reserved bits")
    single, at, window = bool(descriptor & 0x20), 5, None
    if not single:
        base = 1 << (10 + (content[5] >> 3))
        window = base + base // 8 * (content[5] & 7)
        at += 1
    width = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    size = int.from_bytes(content[at:at + width], "little") + (256 if width == 2 else 0)
    require((size if single else window) <= 8 << 20, "the zstd frame asks for a window above 8 MiB")
    require(width == 0 or size <= MAX_PLAIN, "the part decompresses to too much")
    at += width
    while True:
        require(at + 3 <= len(content), "the zstd frame is cut off")
        block = int.from_bytes(content[at:at + 3], "little")
        at += 3 + (1 if block >> 1 & 3 == 1 else block >> 3)
        if block & 1:
            break
    at += 4 if descriptor & 4 else 0
    require(at <= len(content), "the zstd frame is cut off")
    return at


def decompress(content):
    require(len(content) <= MAX_CONTENT, "a part's content is too large")
    frame = zstd_frame_length(content)
    rest = content[frame:]
    if rest:
        require(len(rest) >= 8 and rest[:4] == b"\x50\x2a\x4d\x18" and int.from_bytes(rest[4:8], "little") == len(rest) - 8 and
                not rest[8:].strip(b"\0"), "after its frame a part holds something else than one frame of zeros")
    with tempfile.TemporaryFile() as source:
        source.write(content[:frame])
        source.seek(0)
        with subprocess.Popen(["zstd", "-d", "-c", "-q", "--memory=8MB"], stdin=source, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            plain = process.stdout.read(MAX_PLAIN + 1)
            if len(plain) > MAX_PLAIN:
                process.kill()
                raise Wrong("the part decompresses to too much")
    require(process.returncode == 0, "the zstd frame is damaged")
    return plain


def open_part(scratch, number, data, key, cert):
    path = scratch.put("part.p7m", data)
    result = run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", path, "-recip", cert, "-inkey", key])
    # openssl hands out plaintext before it has checked the tag: only the exit code says that it is whole.
    require(result.returncode == 0, f"part {number} cannot be decrypted with this key, or was altered")
    return result.stdout


def check_index_line(line, name, content):
    entry = parse_canonical(line, "a line of index.jsonl")
    shown, path, span, _, sent, _, total = members(entry, "a line of index.jsonl", "entry", "path", "range", "records_removed",
                                                   "sent_sha256", "source_sha256", "total_size")
    require(shown == name, "index.jsonl names another entry")
    names = unbase64(path, "a path").split(b"/")
    require(b".." not in names and names[0] != b"", "a path leaves its folder")
    require(len(span) == 2 and 0 <= span[0] <= span[1] <= total and span[1] - span[0] == len(content),
            f"the byte range of {name} does not fit")
    require(sha256(content).hex() == sent, f"{name} is not what its hash says")


def check_part_inside(manifest, index, content):
    """Checks the inside of a part; returns (kind, number of entries)."""
    import io
    plain = decompress(content)
    archive = list(read_archive(io.BytesIO(plain), len(plain), MAX_PLAIN))
    require(len(archive) >= 2 and len(archive) <= 100_002, "the part's archive has too few or too many members")
    require(all(time == 0 for _, _, time in archive), "an archive member carries a time")
    require(archive[0][0] == "part.json", "the part's archive does not begin with part.json")
    kind, last, nonce, number, package = members(parse_canonical(archive[0][1], "part.json"), "part.json", "kind", "last", "nonce",
                                                 "number", "package")
    count = manifest["part_count"]
    require(package == manifest["package"], "the part was made for another package")
    require(number == index + 1 and last == (number == count), "the part was made for another position")
    require((kind == "withdrawals") == last, "the withdrawals part is exactly one, and the last")
    require(not last or len(content) == WITHDRAWALS, "the withdrawals part has not its fixed size")
    require(index + 2 != count or len(content) % PAD_MULTIPLE == 0, "the last data part is not padded")
    require(re.fullmatch("[0-9a-f]{64}", nonce) is not None, "the nonce is malformed")
    require(sha256(b"skp1", bytes.fromhex(nonce), plain).hex() == manifest["parts"][index]["commitment"],
            "the content is not what the manifest committed to")
    entries = archive[1:-1]
    require(archive[-1][0] == "index.jsonl", "the part's archive does not end with index.jsonl")
    lines = archive[-1][1].split(b"\n")
    require(lines.pop() == b"" and len(lines) == len(entries), "index.jsonl has another number of lines than there are entries")
    for ordinal, ((name, data, _), line) in enumerate(zip(entries, lines), 1):
        require(name == f"d/{ordinal:06d}", f"{name} stands where d/{ordinal:06d} must")
        check_index_line(line, name, data)
    return kind, len(entries)


def verify_package(options):
    at = utc(options.at) if options.at else None
    require((options.key is None) == (options.cert is None), "--key and --cert go together")
    with Scratch() as scratch, open(options.file, "rb") as file:
        archive = read_archive(file, os.path.getsize(options.file), MAX_PART)
        name, manifest_bytes, _ = next(archive, ("", b"", 0))
        require(name == "manifest.json", "the package does not begin with manifest.json")
        manifest = read_manifest(manifest_bytes)
        name, signature, _ = next(archive, ("", b"", 0))
        require(name == "manifest.p7s", "manifest.p7s is missing")
        signer = check_signature(scratch, manifest_bytes, signature, options.root, at)
        package = manifest["package"]
        require(signer.get("OU") == "sign-gateway" and signer.get("CN") == package["hospital"] and
                signer.get("O") == package["body"], "the package was not signed by the hospital that it names")
        entries = 0
        for index, expected in enumerate(manifest["parts"]):
            name, data, _ = next(archive, ("", b"", 0))
            require(name == f"part-{index + 1:04d}.p7m", f"part {index + 1} is missing")
            require(len(data) == expected["size"] and sha256(data).hex() == expected["sha256"],
                    f"part {index + 1} is not what the manifest says")
            if options.key:
                try:
                    kind, count = check_part_inside(manifest, index, open_part(scratch, index + 1, data, options.key, options.cert))
                except Wrong as error:
                    raise Wrong(f"part {index + 1}: {error}") from error
                entries += count if kind != "withdrawals" else 0
        require(next(archive, None) is None, "the package goes on after its last part")
    print("package {body}/{hospital}/{epoch}/{sequence}: signature and hashes of {n} parts hold".format(
        **package, n=len(manifest["parts"])))
    print("manifest sha256 " + sha256(manifest_bytes).hex())
    print(f"{entries} entries inside hold" if options.key else "not looked into: parts are sealed (give --key and --cert)")


# --- receipts ---

WRITERS = {"received": {"sign-receiver"}, "loaded": {"sign-intake"}, "secured": {"sign-intake"},
           "refused": {"sign-receiver", "sign-intake"}}


def verify_receipt(options):
    with open(options.file, "rb") as file:
        document64, signature64 = members(parse_canonical(file.read(), "the receipt file"), "the receipt file", "receipt", "signature")
    document, signature = unbase64(document64, "the receipt"), unbase64(signature64, "the signature")
    with Scratch() as scratch:
        signer = check_signature(scratch, document, signature, options.root, utc(options.at) if options.at else None)
    receipt = parse_canonical(document, "the receipt")
    _, _, version, manifest_hash, package, *_ = members(receipt, "the receipt", "checkpoint", "consistency", "format", "manifest_sha256",
                                                        "package", "reason", "sealed_counts", "step", "time")
    require(version == 1, "the receipt has an unknown format version")
    require(signer.get("OU") in WRITERS.get(receipt["step"], ()) and signer.get("O") == package["body"],
            "the signer may not confirm this step")
    if options.package:
        with open(options.package, "rb") as file:
            _, manifest_bytes, _ = next(read_archive(file, os.path.getsize(options.package), MAX_PART))
        require(sha256(manifest_bytes).hex() == manifest_hash, "the receipt is for another manifest")
        require(json.loads(manifest_bytes)["package"] == package, "the receipt is for another package")
    print("receipt '{step}' of {time} for {id}: signature holds".format(
        **receipt, id="{body}/{hospital}/{epoch}/{sequence}".format(**package)))
    print("manifest sha256 " + manifest_hash)


# --- ledgers ---


def tree_root(leaves):
    """RFC 6962 section 2.1, with the complete subtrees on a stack."""
    stack = []
    for number, leaf in enumerate(leaves, 1):
        stack.append(leaf)
        while number % 2 == 0:
            right = stack.pop()
            stack.append(sha256(b"\x01", stack.pop(), right))
            number //= 2
    if not stack:
        return sha256()
    root = stack.pop()
    while stack:
        root = sha256(b"\x01", stack.pop(), root)
    return root


def read_public_key(value):
    """The 32 bytes of an Ed25519 key from a PEM file, hex or base64."""
    text = value
    if os.path.exists(value):
        with open(value, encoding="ascii") as file:
            text = file.read()
    if "BEGIN PUBLIC KEY" in text:
        der = unbase64("".join(text.split("-----")[2].split()), "the key")
        require(der[:12] == bytes.fromhex("302a300506032b6570032100") and len(der) == 44, "not an Ed25519 public key")
        return der[12:]
    text = text.strip()
    key = bytes.fromhex(text) if re.fullmatch("[0-9a-fA-F]{64}", text) else unbase64(text, "the key")
    require(len(key) == 32, "not an Ed25519 public key")
    return key


def read_note(scratch, note, key):
    """Checks a signed note; returns (origin, size, root)."""
    match = re.fullmatch(r"(([!-~]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n)\n\u2014 ([!-~]+) ([A-Za-z0-9+/=]+)\n", note)
    require(match is not None, "is malformed")
    text, origin, size, root, signer, signature64 = match.groups()
    signature = unbase64(signature64, "the signature")
    require(signer == origin and len(signature) == 68 and canonical_base64(root) and canonical_base64(signature64), "is malformed")
    require(signature[:4] == sha256(origin.encode(), b"\n\x01", key)[:4], "was signed with another key")
    pem = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n".format(
        base64.b64encode(bytes.fromhex("302a300506032b6570032100") + key).decode())
    result = run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", scratch.put("key.pem", pem.encode()),
                  "-in", scratch.put("note", text.encode()), "-sigfile", scratch.put("note.sig", signature[4:])])
    require(result.returncode == 0, "has a wrong signature")
    return origin, int(size), base64.b64decode(root)


def canonical_base64(text):
    return base64.b64encode(base64.b64decode(text)).decode() == text


def read_ledger(path):
    """The ledger's own note, and its complete lines, from a folder or an export."""
    if os.path.isdir(path):
        with open(os.path.join(path, "checkpoint.txt"), encoding="utf-8", newline="") as file:
            note = file.read()
        with open(os.path.join(path, "entries.jsonl"), "rb") as file:
            return note, file.read().split(b"\n")[:-1]
    with open(path, "rb") as file:
        head, *lines = file.read().split(b"\n")[:-1] or [b""]
    note, version, _ = members(parse_canonical(head, "the export's first line"), "the export's first line", "checkpoint", "format", "origin")
    require(version == "sekisho-ledger-1", "the export has an unknown format")
    return note, lines


def leaf_of(line, number):
    entry = parse_canonical(line, f"entry {number}")
    _, n, _, salt, _ = members(entry, f"entry {number}", "kind", "n", "payload", "salt", "time")
    require(n == number and isinstance(n, int), f"entry {number} carries another number: entries were dropped, inserted or reordered")
    require(re.fullmatch("[0-9a-f]{32}", salt) is not None, f"entry {number} has a malformed salt")
    del entry["salt"]
    return sha256(b"\x00", bytes.fromhex(salt), canonical(entry))


def verify_ledger(options):
    key = read_public_key(options.key)
    own, lines = read_ledger(options.ledger)
    notes = [("the ledger's own checkpoint", own)]
    for path in options.remember:
        with open(path, encoding="utf-8", newline="") as file:
            notes.append((path, file.read()))
    leaves = [leaf_of(line, number) for number, line in enumerate(lines)]
    checked = []
    with Scratch() as scratch:
        for name, note in notes:
            try:
                checked.append((name, *read_note(scratch, note, key)))
            except Wrong as error:
                raise Wrong(f"{name} {error}") from error
    for name, origin, size, root in checked:
        require(origin == checked[0][1], f"{name} is of another ledger")
        require(size <= len(leaves), f"entries were cut off: {name} was signed at {size} entries, {len(leaves)} are there")
        require(tree_root(leaves[:size]) == root, f"entries before {size} were changed, dropped or reordered after {name}")
    print(f"ledger {checked[0][1]}: {len(leaves)} entries are as signed in {len(checked)} checkpoints")
    covered = max((size for _, _, size, _ in checked[1:]), default=None)
    if covered is None:
        print("cannot be excluded without a remembered checkpoint: a rewrite by the holder of the key, or a cut back to an earlier state")
    elif covered < len(leaves):
        print(f"cannot be excluded: a rewrite of the entries from number {covered} on by the holder of the key")


# --- datasets ---
# manifest.json: {"files": [{"name", "sha256", "size"}], "merkle_root": hex, ...}; leaves.csv: columns leaf, salt (hex), one row for
# each person. leaf = SHA-256(0x00 || salt || canonical CSV rows of the person without ids, joined); the tree is RFC 6962's.


def read_leaves(path):
    with open(path, encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    leaves = []
    for number, row in enumerate(rows):
        require(set(row) == {"leaf", "salt"} and re.fullmatch("[0-9a-f]{64}", row["leaf"] or "") and
                re.fullmatch("[0-9a-f]{32}|", row["salt"] or ""), f"row {number} of the leaves is malformed")
        leaves.append((bytes.fromhex(row["leaf"]), bytes.fromhex(row["salt"])))
    return leaves


def check_file(folder, entry):
    name, expected, size = entry["name"], entry["sha256"], entry["size"]
    require(os.path.basename(name) == name and name not in ("", ".", ".."), "a file's name leaves the dataset's folder")
    digest, length = hashlib.sha256(), 0
    with open(os.path.join(folder, name), "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            length += len(piece)
    require(length == size and digest.hexdigest() == expected, f"{name} is not what the manifest says")


def read_person_rows(path):
    """Lines `leaf index,base64 of the person's canonical rows`."""
    with open(path, encoding="ascii") as file:
        for line in file:
            index, _, rows = line.strip().partition(",")
            require(index.isdigit(), "a line of the rows file is malformed")
            yield int(index), unbase64(rows, "a person's rows")


def check_forms(folder):
    """CSV and SAS transport beside dataset.csv, by the reader that lies beside this script."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    try:
        import verify_forms
    except ImportError:
        print("not compared with dataset.csv: the other forms (verify_forms.py is not beside this script)")
        return
    try:
        print("\n".join(verify_forms.check_folder(folder)))
    except (verify_forms.Wrong, ValueError, KeyError, StopIteration) as error:
        raise Wrong(f"a form of the dataset: {error}") from error


def check_approval(manifest, trusted):
    """The committee's approval in the manifest: of this recipe and policy, in force at that time, signed by the approver."""
    approval = manifest.get("approval")
    if approval is None:
        require(trusted is None, "the manifest holds no approval")
        print("not checked: the manifest holds no approval")
        return
    text, pem, signature = members(approval, "the approval", "document", "public_key", "signature")
    document = parse_canonical(text.encode(), "the approval's document")
    with Scratch() as scratch:
        key = trusted or scratch.put("approver.pem", pem.encode())
        result = run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key,
                      "-in", scratch.put("approval", text.encode()),
                      "-sigfile", scratch.put("approval.sig", bytes.fromhex(signature))])
    require(result.returncode == 0, "the approval is not signed by the approver's key")
    for part in ("recipe", "policy"):
        require(document[part]["sha256"] == manifest[part]["sha256"], f"the approval is of another {part}")
    require(utc(document["approved"]) <= utc(manifest["created"]) <= utc(document["valid_until"]),
            "the approval was not in force when the dataset was built")
    print(f"approved by {document['approver']} ({document['reference']})" +
          ("" if trusted else "; the key is the approval's own: compare it with the approver's (--approver-key)"))


def records_of(path):
    """The header and the records of a CSV file as they stand, each as (person's number, bytes after it)."""
    with open(path, "rb") as file:
        text = file.read()
    records, start, quoted = [], 0, False
    for match in re.finditer(rb'["\n]', text):
        if match[0] == b'"':
            quoted = not quoted
        elif not quoted:
            records.append(text[start:match.end()])
            start = match.end()
    require(start == len(text) and records and records[0].startswith(b"id,"), f"{os.path.basename(path)} is malformed")
    rows = []
    for record in records[1:]:
        number, _, rest = record.partition(b",")
        require(number.isdigit(), f"{os.path.basename(path)} has a row without a person")
        rows.append((int(number), rest))
    return records[0], rows


def check_rows(manifest, folder, leaves):
    """Each leaf is the hash of its person's rows: of dataset.csv, or of all tables of histories."""
    tables = [table["name"] for table in manifest["tables"]] if "tables" in manifest else ["dataset"]
    rows = [b""] * len(leaves)
    for name in tables:
        require(re.fullmatch("[A-Za-z0-9_-]+", name) is not None, "a table's name is malformed")
        for number, rest in records_of(os.path.join(folder, name + ".csv"))[1]:
            require(1 <= number <= len(leaves), "a row's person has no leaf")
            rows[number - 1] += (name.encode() + b"," if "tables" in manifest else b"") + rest
    for index, (leaf, salt) in enumerate(leaves):
        require(sha256(b"\x00", salt, rows[index]) == leaf, f"the rows of person {index + 1} are not its leaf")
    print(f"the rows of {len(leaves)} persons are their leaves")


def check_classes(manifest, folder):
    """k counted again: persons of each class, or of each combination of up to m items of histories; where the audit says
    that it spoke of rows too, of each combination that stands together in rows."""
    audit = manifest["audit"]
    holders, together = {}, {}
    if "tables" in manifest:
        items = {}
        for table in audit["tables"]:
            with open(os.path.join(folder, table["name"] + ".csv"), encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    held = items.setdefault(row["id"], set())
                    here = sorted((table["name"], column, row[column]) for column in table["items"] if row[column] != "")
                    held.update(here)
                    for size in range(2, audit["m"] + 1) if audit.get("rows") is True else ():
                        for combination in itertools.combinations(here, size):
                            together.setdefault(combination, set()).add(row["id"])
        for held in items.values():
            for size in range(1, audit["m"] + 1):
                for combination in itertools.combinations(sorted(held), size):
                    holders[combination] = holders.get(combination, 0) + 1
    elif audit.get("quasi") is not None:
        classes = {}
        with open(os.path.join(folder, "dataset.csv"), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                classes.setdefault(tuple(row[name] for name in audit["quasi"]), set()).add(row["id"])
        holders = {labels: len(persons) for labels, persons in classes.items()}
    least = min(holders.values(), default=0)
    require(not holders or least >= audit["k"], f"somebody can be told from fewer than {audit['k']} persons: {least}")
    print(f"{len(holders)} {'combinations' if 'tables' in manifest else 'classes'}, each of {least} persons or more")
    if "tables" in manifest and audit.get("rows") is True:  # of one table it is their number
        least = min(map(len, together.values()), default=0)
        require(not together or least >= audit["k"], f"items stand together in rows of fewer than {audit['k']} persons: {least}")
        print(f"{len(together)} combinations in rows, each of {least} persons or more")


def verify_dataset(options):
    with open(options.manifest, encoding="utf-8") as file:
        manifest = json.load(file)
    require(isinstance(manifest.get("files"), list) and isinstance(manifest.get("merkle_root"), str),
            "the manifest has no files or no merkle_root")
    folder = os.path.dirname(os.path.abspath(options.manifest))
    for entry in manifest["files"]:
        check_file(folder, entry)
    print(f"{len(manifest['files'])} files are as the manifest says")
    leaves = read_leaves(options.leaves or os.path.join(folder, "leaves.csv"))
    require(tree_root([leaf for leaf, _ in leaves]).hex() == manifest["merkle_root"], "the leaves do not hash to the manifest's merkle_root")
    print(f"{len(leaves)} leaves hash to the manifest's root")
    whole = os.path.exists(os.path.join(folder, "leaves.csv"))  # the folder of a dataset, not a manifest alone
    if whole and isinstance(manifest.get("audit"), dict):
        check_rows(manifest, folder, leaves)
        check_classes(manifest, folder)
    check_approval(manifest, options.approver_key)
    if manifest.get("formats"):
        check_forms(folder)
    withdrawn = set()
    if options.withdrawn:
        with open(options.withdrawn, encoding="ascii") as file:
            withdrawn = {int(token) for token in file.read().replace(",", " ").split()}
        require(all(0 <= index < len(leaves) for index in withdrawn), "a withdrawn leaf is not in the list")
    if options.rows:
        shown = set()
        for index, rows in read_person_rows(options.rows):
            require(index < len(leaves) and index not in shown, f"leaf {index} is unknown or shown twice")
            require(index not in withdrawn, f"leaf {index} was withdrawn, but its rows are still there")
            leaf, salt = leaves[index]
            require(len(salt) == 16 and sha256(b"\x00", salt, rows) == leaf, f"the rows of leaf {index} are not what was hashed")
            shown.add(index)
        require(shown == set(range(len(leaves))) - withdrawn, "rows are missing that no withdrawal explains")
        print(f"the rows of {len(shown)} persons hold, {len(withdrawn)} are withdrawn")


def check_other_table(cells, relations_of, moves, largest, name):
    """One other table, given by its differences: nothing shown changes, every sum stays, no cell leaves what is possible."""
    sums, size = {}, 1.0
    for identifier, difference in moves:
        require(identifier in cells, f"the witness of {name} names an unknown cell")
        cell, value = cells[identifier], float(cells[identifier]["value"])
        require(cell["status"] in ("primary", "secondary"), f"the witness of {name} changes a published cell")
        slack = 1e-9 * max(1.0, value)
        lower = float(cell.get("lower") or 0)
        upper = value + largest if cell.get("upper") in (None, "") else float(cell["upper"])
        require(lower - slack <= value + difference <= upper + slack, f"the witness of {name} leaves what is possible")
        size = max(size, abs(difference))
        for relation, sign in relations_of.get(identifier, ()):
            sums[relation] = sums.get(relation, 0.0) + sign * difference
    require(all(abs(total) <= 1e-9 * size for total in sums.values()), f"the witness of {name} does not add up")
    return sum(difference for identifier, difference in moves if identifier == name)


def verify_table(options):
    with open(options.checked, encoding="utf-8-sig", newline="") as file:
        cells = {row["cell"]: row for row in csv.DictReader(file)}
    relations_of, totals = {}, {}
    with open(options.relations, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["relation"] not in totals:
                totals[row["relation"]] = row["total"]
                relations_of.setdefault(row["total"], []).append((row["relation"], -1))
            require(totals[row["relation"]] == row["total"], f"relation {row['relation']} has two totals")
            relations_of.setdefault(row["child"], []).append((row["relation"], 1))
    with open(options.witness, encoding="utf-8") as file:
        witness = json.load(file)
    largest = max(float(cell["value"]) for cell in cells.values())
    proven = set()
    for entry in witness["witnesses"]:
        name = entry["cell"]
        require(name in cells and cells[name]["status"] == "primary", f"{name} is no sensitive cell")
        above = check_other_table(cells, relations_of, entry["up"], largest, name)
        below = -check_other_table(cells, relations_of, entry["down"], largest, name)
        for column, reached in (("need_up", above), ("need_down", below), ("need_slide", above + below)):
            needed = float(cells[name].get(column) or 0)
            require(reached >= needed - 1e-6 * max(1.0, needed), f"the witness of {name} reaches {reached:g} instead of {column} {needed:g}")
        proven.add(name)
    sensitive = {name for name, cell in cells.items() if cell["status"] == "primary"}
    require(proven | set(witness["without"]) == sensitive, "a sensitive cell is neither proven nor named as without witness")
    print(f"{len(proven)} of {len(sensitive)} sensitive cells are proven by other tables; {len(witness['without'])} need a solver")


def check_layer(table, layer, policy, name):
    """Additive values of a proof sheet: sums hold, and other tables agree with all that is shown. Returns cells without such tables."""
    ids = [cell["id"] for cell in table["cells"]]
    value = dict(zip(ids, layer["values"], strict=True))
    relations_of = {}
    for relation in table["relations"]:
        total = sum(value[child] for child in relation["children"])
        require(abs(total - value[relation["total"]]) <= 1e-9 * max(1.0, abs(total)) + 1e-5 * len(relation["children"]),
                f"relation {relation['name']} of the {name}s does not add up")
        relations_of.setdefault(relation["total"], []).append((relation["name"], -1))
        for child in relation["children"]:
            relations_of.setdefault(child, []).append((relation["name"], 1))
    cells = {cell["id"]: {"value": value[cell["id"]], "status": cell["status"]} for cell in table["cells"]}
    for bound in layer["known_before"]:
        cells[bound["cell"]].update(lower=bound["lower"], upper=bound["upper"])
    largest = max(abs(amount) for amount in layer["values"])
    needs = {need["cell"]: need for need in layer["needs"]}
    sensitive = {cell["id"] for cell in table["cells"] if cell["rules"]}
    require(set(needs) == sensitive, "the needs are not those of the sensitive cells")
    if name == "count":
        require(all(need["slide"] >= policy["threshold"] for need in needs.values()), "a need is below the threshold")
    proven = set()
    for entry in layer["witnesses"]:
        cell, need = entry["cell"], needs[entry["cell"]]
        above = check_other_table(cells, relations_of, entry["up"], largest, cell)
        below = -check_other_table(cells, relations_of, entry["down"], largest, cell)
        for direction, reached in (("up", above), ("down", below), ("slide", above + below)):
            require(reached >= need[direction] - 1e-6 * max(1.0, need[direction]), f"the witness of {cell} does not reach as far as needed")
        proven.add(cell)
    for interval in layer["intervals"]:
        require(interval["low"] - 1e-6 <= value[interval["cell"]] <= interval["high"] + 1e-6, f"{interval['cell']} lies outside its interval")
    require(proven | set(layer["without"]) == sensitive, "a sensitive cell is neither proven nor named as without witness")
    return len(layer["without"])


def check_rules(table, policy):
    """Repeats the rules from persons, hospitals and the largest contributions that the sheet gives for each cell."""
    for cell in table["cells"]:
        rules, persons = set(cell["rules"]), cell["persons"]
        wrong = f"the rules of cell {cell['id']} are not what its figures say"
        require(("threshold.persons" in rules) == (0 < persons < policy["threshold"]), wrong)
        if "hospitals" in cell:
            require(("threshold.hospitals" in rules) == (persons > 0 and cell["hospitals"] < policy["hospitals"]), wrong)
        for unit in ("person", "hospital"):
            if f"by_{unit}" not in cell or persons == 0:
                continue
            total, largest = cell[f"by_{unit}"]["total"], cell[f"by_{unit}"]["largest"]
            first, second = (largest + [0, 0])[:2]
            need = policy["p"] / 100 * first - (total - first - second)
            if abs(need) > 1e-6 * max(1.0, total):
                require((f"dominance.p.{unit}" in rules) == (policy["p"] > 0 and need > 0), wrong)
            for n, k in policy["nk"]:
                if sum(largest[:n]) > k / 100 * total * (1 + 1e-9):
                    require(f"dominance.nk.{unit}" in rules, wrong)
        require((cell["status"] == "primary") == bool(rules) or not rules, wrong)
        require(not rules or cell["status"] != "published", f"cell {cell['id']} is sensitive and shown")


def check_output(sheet, path):
    with open(path, "rb") as file:
        data = file.read()
    require(hashlib.sha256(data).hexdigest() == sheet["output_sha256"], "the output is not the one of the sheet")
    rows = list(csv.reader(data.decode("utf-8").splitlines(keepends=True)))
    header, rows = rows[0], rows[1:]
    cells, dimensions = sheet["table"]["cells"], len(sheet["table"]["dimensions"])
    require(len(rows) == len(cells), "the output has other cells than the sheet")
    layers = {layer["name"]: layer["values"] for layer in sheet["layers"]}
    for index, (row, cell) in enumerate(zip(rows, cells, strict=True)):
        require(row[:dimensions] == cell["labels"], f"row {index + 1} of the output is another cell")
        shown, hidden = row[dimensions:-1], cell["status"] != "published"
        require(row[-1] == ("hidden" if hidden else "published"), f"row {index + 1} of the output has another status")
        if hidden:
            require(not any(shown), f"row {index + 1} of the output shows a hidden value")
            continue
        wanted = list(layers.values())[-1][index] if sheet["measure"] == "count" else layers["sum"][index]
        if sheet["measure"] == "mean":
            base = layers.get("weight", layers["count"])[index]
            wanted = wanted / base if base else 0
        require(abs(float(shown[0]) - wanted) <= 1e-5 * max(1.0, abs(wanted)), f"row {index + 1} of the output shows another value")
        if "n" in header:
            require(float(shown[1]) == layers["count"][index], f"row {index + 1} of the output shows another number of persons")
    print(f"{len(rows)} cells of the output are those of the sheet; hidden ones are empty")


def check_counts(sheet, path):
    """Counts distinct persons anew, for dimensions that are columns as they stand."""
    with open(path, "rb") as file:
        require(hashlib.sha256(file.read()).hexdigest() == sheet["dataset"]["sha256"], "the dataset is not the one of the sheet")
    plain = not sheet["where"] and not sheet["value_column"] and all(set(d) == {"name", "categories"} for d in sheet["dimensions"])
    if not plain:
        print("the dataset is the one of the sheet; bands, groups, conditions and values are not counted anew")
        return
    names = sheet["rows"] + sheet["columns"]
    persons = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            labels = tuple(row[name] or "(empty)" for name in names)
            for mask in range(1 << len(names)):
                key = tuple("Total" if mask >> d & 1 else label for d, label in enumerate(labels))
                persons.setdefault(key, set()).add(row[sheet["person_column"]])
    for cell in sheet["table"]["cells"]:
        require(len(persons.get(tuple(cell["labels"]), ())) == cell["persons"], f"cell {cell['id']} has another number of persons")
    print(f"the persons of {len(sheet['table']['cells'])} cells are those of the dataset")


def check_curve(sheet, rows, path):
    """The product-limit estimate anew from the dataset, at the times that are shown."""
    found = re.fullmatch(r"km\((.*), (.*)\) by (.*)", sheet["definition"])
    if not path or not found:
        return
    with open(path, "rb") as file:
        require(hashlib.sha256(file.read()).hexdigest() == sheet["dataset"]["sha256"], "the dataset is not the one of the sheet")
    time, event, group = found.groups()
    with open(path, encoding="utf-8-sig", newline="") as file:
        subjects = [(row[group] if group else "", float(row[time]), row[event]) for row in csv.DictReader(file)
                    if row[time] and row[event] and (not group or row[group])]
    for row in rows:
        until, survival = float(row["time"]), 1.0
        own = [(t, float(e)) for g, t, e in subjects if g == row["group"]]
        for at in sorted({t for t, e in own if e and t <= until}):
            survival *= 1 - sum(1 for t, e in own if e and t == at) / sum(1 for t, _ in own if t >= at)
        require(abs(survival - float(row["survival"])) < 6e-4, f"the curve at {row['group']} {until:g} is another one")
    print(f"the curve at {len(rows)} times is that of the dataset")


def verify_analysis(sheet, options):
    """A survival curve or a regression: enough persons everywhere, rounded numbers, the output that the sheet speaks of."""
    least, checks = sheet["policy"]["threshold"], sheet["checks"]
    require(sheet["result"] in ("PASS", "REVIEW"), "the analysis was refused")
    curve = isinstance(checks, list)
    if curve:
        require(all(check["persons"] >= least and check["events"] >= least and check["steps"] for check in checks), "a curve has too few persons")
    else:
        persons = sheet["dataset"]["persons"]
        require(checks["residual_dof"] >= least, "too few degrees of freedom are left")
        for level in checks["levels"]:
            count = level.get("persons")
            require(count is None or count == persons or least <= count <= persons - least, f"{level.get('level')}: too few persons")
    print("every curve has enough persons and events" if curve else "every level and the rest of it have enough persons")
    if not options.output:
        return
    with open(options.output, "rb") as file:
        data = file.read()
    require(hashlib.sha256(data).hexdigest() == sheet["output_sha256"], "the output is not the one of the sheet")
    rows = list(csv.DictReader(data.decode("utf-8").splitlines(keepends=True)))
    if not curve:
        require(int(next(row["estimate"] for row in rows if row["term"] == "(n)")) % 5 == 0, "the number of persons is not rounded")
        return
    for before, row in zip([None, *rows], rows):
        require(int(row["n_risk"]) % 5 == 0 and int(row["n_event"]) % 5 == 0, "a number of persons is not rounded")
        same = before is not None and before["group"] == row["group"]
        require(not same or float(row["survival"]) <= float(before["survival"]) and int(row["n_risk"]) <= int(before["n_risk"]), "a curve rises")
    check_curve(sheet, rows, options.dataset)


def verify_proof(options):
    with open(options.sheet, encoding="utf-8") as file:
        sheet = json.load(file)
    if sheet.get("format") == "sekisho-analysis-proof-1":
        verify_analysis(sheet, options)
        return
    require(sheet.get("format") == "sekisho-proof-1", "this is no proof sheet")
    require(sheet["audit"] == {"exact": 0, "too_narrow": 0}, "the sheet's own audit found unsafe cells")
    check_rules(sheet["table"], sheet["policy"])
    print(f"the rules give the {sum(1 for cell in sheet['table']['cells'] if cell['rules'])} sensitive cells of the sheet")
    for layer in sheet["layers"]:
        without = check_layer(sheet["table"], layer, sheet["policy"], layer["name"])
        print(f"{layer['name']}: sums hold, {len(layer['witnesses'])} sensitive cells are proven by other tables; {without} need a solver")
    if options.output:
        check_output(sheet, options.output)
    if options.dataset:
        check_counts(sheet, options.dataset)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    package = commands.add_parser("package", help="a sealed package (*.skp)")
    package.set_defaults(action=verify_package)
    package.add_argument("file")
    receipt = commands.add_parser("receipt", help="a receipt of the centre")
    receipt.set_defaults(action=verify_receipt)
    receipt.add_argument("file")
    receipt.add_argument("--package", help="the package that the receipt must be for")
    for command in (package, receipt):
        command.add_argument("--root", required=True, help="root certificate of the body (PEM)")
        command.add_argument("--at", help="time at which certificates must be valid, 2026-11-21T04:05:06Z (default: now)")
    package.add_argument("--key", help="a recipient's private key: look into the parts too")
    package.add_argument("--cert", help="the recipient's certificate")
    ledger = commands.add_parser("ledger", help="a ledger's folder or export")
    ledger.set_defaults(action=verify_ledger)
    ledger.add_argument("ledger")
    ledger.add_argument("--key", required=True, help="the writer's public key (PEM file, hex or base64)")
    ledger.add_argument("--remember", nargs="*", default=[], help="signed checkpoints kept from earlier (files)")
    dataset = commands.add_parser("dataset", help="a dataset's manifest, files and leaves")
    dataset.set_defaults(action=verify_dataset)
    dataset.add_argument("manifest")
    dataset.add_argument("--approver-key", help="the approver's public key (PEM): the manifest's approval must be signed with it")
    dataset.add_argument("--leaves", help="leaves.csv (default: beside the manifest)")
    dataset.add_argument("--withdrawn", help="file with the numbers of withdrawn leaves, from 0")
    dataset.add_argument("--rows", help="file with `leaf number,base64 of the person's canonical rows` for each person that is left")
    table = commands.add_parser("table", help="a protected table and the other tables that agree with what it shows")
    table.set_defaults(action=verify_table)
    table.add_argument("checked", help="the checker's CSV that `disclosure protect` wrote")
    table.add_argument("--relations", required=True)
    table.add_argument("--witness", required=True)
    proof = commands.add_parser("proof", help="the proof sheet of a table, with the table and the dataset if they are at hand")
    proof.set_defaults(action=verify_proof)
    proof.add_argument("sheet", help="the JSON that `sekisho table` wrote beside its output")
    proof.add_argument("--output", help="the table that left")
    proof.add_argument("--dataset", help="the dataset it was computed from")
    options = parser.parse_args()
    try:
        options.action(options)
    except Wrong as error:
        print(f"WRONG: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        print(f"WRONG: cannot be read: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
