#!/usr/bin/env python3
"""How fast the explorer of the portal judges nodes: seven quasi-identifiers, 100,000 rows, 12,000 combinations.

  benchmarks/bench_explorer.py SEKISHO JPCLAIMS     the program; the folder with jpclaims_100k.csv.gz and its hierarchies

Starts a portal, asks over HTTPS as the page does, prints medians in milliseconds as the portal measured them, and the CPU time
that the portal took for each.
"""
import gzip
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

QUASI = ("age", "sex", "area", "month", "los", "icd", "hosp")


def policy():
    text = 'delimiter = ";"\nsuppression_limit = 0.04\n'
    for name in QUASI:
        text += f'[[attribute]]\nname = "{name}"\nkind = "quasi"\nhierarchy = "h_{name}.csv"\n'
    text += '[[attribute]]\nname = "outcome"\nkind = "sensitive"\n[[model]]\nkind = "k-anonymity"\nk = 5\n'
    return text + '[[model]]\nkind = "l-diversity"\nvariant = "distinct"\nl = 3\nattribute = "outcome"\n'


def prepare(program, data, folder):
    for file in data.glob("h_*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "data.csv").write_bytes(gzip.decompress((data / "jpclaims_100k.csv.gz").read_bytes()))
    (folder / "policy.toml").write_text(policy())
    run = lambda *command: subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL)
    run("ca", "init", "--dir", folder / "ca", "--body", "body")
    run("ca", "issue", "--dir", folder / "ca", "--role", "tls-portal", "--name", "portal", "--alt", "IP:127.0.0.1", "--out", folder, "--file", "portal")


class Page:
    def __init__(self, port, token):
        self.base, self.headers = f"https://127.0.0.1:{port}/api/v1/", {"Content-Type": "application/json"}
        self.context = ssl._create_unverified_context()
        answer, headers = self.call("session", {"token": token})
        self.headers["Cookie"] = headers["Set-Cookie"].split(";")[0]
        self.description = self.call("explorer")[0]
        self.headers["X-Sekisho-Csrf"] = self.description["csrf"]

    def call(self, path, body=None):
        request = urllib.request.Request(self.base + path, None if body is None else json.dumps(body).encode(), self.headers)
        with urllib.request.urlopen(request, context=self.context) as answer:
            return json.load(answer), answer.headers


def cpu_of(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure(page, process):
    best = page.call("explorer/optimum", {"setting": {}})[0]
    print(f"optimum {best['levels']} score {best['score']:.13g}: {best['milliseconds']:.0f} ms")
    for radius in (0, 1, 2):
        times, begin = [], cpu_of(process)
        for k in range(3, 18):
            setting = {"k": k, "limit": 0.04, "weights": {"age": k / 3}}
            judged = page.call("explorer/judge", {"setting": setting, "levels": best["levels"], "radius": radius})[0]
            times.append(judged["milliseconds"])
        times.sort()
        print(f"{1 + len(judged['around'])} nodes: median {times[7]:.1f} ms, slowest {times[-1]:.1f} ms, CPU {(cpu_of(process) - begin) / 15:.1f} ms each")


def main():
    program, data = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(program, data, folder)
        process = subprocess.Popen(
            [program, "portal", "run", "--state", folder / "state.json", "--certificate", folder / "portal.pem", "--key", folder / "portal.key",
             "--port-file", folder / "port", "--token-file", folder / "token", "--explorer", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if (folder / "port").exists():
                    break
                time.sleep(0.1)
            token = re.search("[0-9a-f]{64}", (folder / "token").read_text()).group(0)
            measure(Page((folder / "port").read_text().strip(), token), process)
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
