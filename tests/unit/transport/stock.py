"""Makes archives and whole packages with Python's tarfile and the stock programs tar, zstd and openssl: an independent writer of
docs/formats/package.md.

  stock.py tar < JSON          a ustar archive from [{"name", "data" (base64), "type", "linkname", "mtime"}] to standard output
  stock.py package FOLDER OUT  a package from FOLDER/{signer.pem,signer.key,recipients/*.pem,spec.json}
"""
import base64
import glob
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def make_tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member in members:
            info = tarfile.TarInfo(member["name"])
            info.type = member.get("type", "0").encode()
            info.linkname = member.get("linkname", "")
            info.mtime = member.get("mtime", 0)
            data = base64.b64decode(member.get("data", ""))
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def member(name, data):
    return {"name": name, "data": base64.b64encode(data).decode()}


def zstd(data, level):
    return subprocess.run(["zstd", "-q", "-c", f"-{level}"], input=data, capture_output=True, check=True).stdout


def pad(frame, size):
    return frame if len(frame) == size else frame + b"\x50\x2a\x4d\x18" + (size - len(frame) - 8).to_bytes(4, "little") + bytes(size - len(frame) - 8)


def make_part(package, number, count, kind, files):
    nonce = os.urandom(32)
    head = {"kind": kind, "last": number == count, "nonce": nonce.hex(), "number": number, "package": package}
    members, index = [member("part.json", canonical(head))], b""
    for ordinal, (path, data) in enumerate(files, 1):
        name = f"d/{ordinal:06d}"
        members.append(member(name, data))
        index += canonical({"entry": name, "path": base64.b64encode(path.encode()).decode(), "range": [0, len(data)], "records_removed": 0,
                            "sent_sha256": sha(data), "source_sha256": sha(data), "total_size": len(data)}) + b"\n"
    members.append(member("index.jsonl", index))
    tar = make_tar(members)
    frame = zstd(tar, 3)
    if number == count:
        content = pad(frame, 65536)
    elif number == count - 1:
        content = pad(frame, (len(frame) + 8 + 262143) // 262144 * 262144)
    else:
        content = frame
    return content, hashlib.sha256(b"skp1" + nonce + tar).hexdigest()


def seal(content, recipients):
    command = ["openssl", "cms", "-encrypt", "-binary", "-stream", "-outform", "DER", "-aes-256-gcm"]
    for recipient in recipients:
        command += ["-recip", recipient, "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha256"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def make_package(folder, out):
    with open(f"{folder}/spec.json", encoding="utf-8") as file:
        spec = json.load(file)
    recipients = sorted(glob.glob(f"{folder}/recipients/*.pem"))
    groups = spec["parts"] + [{"kind": "withdrawals", "files": [["withdrawals.jsonl", "\n".join(spec["withdrawals"])]]}]
    with tempfile.TemporaryDirectory() as work:
        names, parts = [], []
        for number, group in enumerate(groups, 1):
            files = [(path, text.encode()) for path, text in group["files"]]
            content, commitment = make_part(spec["package"], number, len(groups), group["kind"], files)
            sealed = seal(content, recipients)
            names.append(f"part-{number:04d}.p7m")
            with open(f"{work}/{names[-1]}", "wb") as file:
                file.write(sealed)
            parts.append({"commitment": commitment, "sha256": sha(sealed), "size": len(sealed)})
        manifest = {"created": "2026-04-01T00:00:00.000000Z", "format": 1, "package": spec["package"], "part_count": len(parts),
                    "parts": parts, "previous": "0" * 64, "program": "stock tools", "recipients_version": 1, "seen_checkpoints": []}
        with open(f"{work}/manifest.json", "wb") as file:
            file.write(canonical(manifest))
        subprocess.run(["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-signer", f"{folder}/signer.pem", "-inkey",
                        f"{folder}/signer.key", "-md", "sha256", "-in", f"{work}/manifest.json", "-out", f"{work}/manifest.p7s"],
                       check=True, capture_output=True)
        subprocess.run(["tar", "--format=ustar", "-C", work, "-cf", out, "manifest.json", "manifest.p7s", *names], check=True)


if sys.argv[1] == "tar":
    sys.stdout.buffer.write(make_tar(json.load(sys.stdin)))
else:
    make_package(sys.argv[2], sys.argv[3])
