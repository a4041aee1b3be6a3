// A portal with a certificate of its own authority, and a small runner: no framework between the tests and the browser.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const fromWeb = createRequire(resolve("web/package.json"));
export const { chromium } = fromWeb("playwright-core");

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: flags });
}

export async function until(what, condition, patience = 20000) {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`did not happen in ${patience} ms: ${what}`);
}

export class Portal {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "sekisho-browser-"));
    this.program = resolve(process.env.SEKISHO_BIN);
    this.state = join(this.folder, "status.json");
  }

  command(...args) {
    const run = spawnSync(this.program, args, { encoding: "utf8" });
    if (run.status !== 0) throw new Error(`sekisho ${args.join(" ")}: ${run.stderr}`);
    return run.stdout;
  }

  async start() {
    const authority = join(this.folder, "ca");
    this.command("ca", "init", "--dir", authority, "--body", "body");
    this.command(
      "ca",
      "issue",
      "--dir",
      authority,
      "--role",
      "tls-portal",
      "--name",
      "portal",
      "--alt",
      "IP:127.0.0.1",
      "--out",
      this.folder,
      "--file",
      "portal",
    );
    const portFile = join(this.folder, "port");
    this.child = spawn(
      this.program,
      [
        "portal",
        "run",
        "--state",
        this.state,
        "--certificate",
        join(this.folder, "portal.pem"),
        "--key",
        join(this.folder, "portal.key"),
        "--port-file",
        portFile,
        "--quality",
        join(this.folder, "quality"),
        "--review",
        join(this.folder, "review"),
        "--explorer",
        join(this.folder, "explorer"),
        "--links",
        join(this.folder, "links"),
        "--pages",
        resolve("web/dist"),
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.output = "";
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (data) => (this.output += data));
    const port = await until("the portal listens", () => {
      if (this.child.exitCode !== null) throw new Error(this.output);
      try {
        return readFileSync(portFile, "utf8").trim();
      } catch {
        return "";
      }
    });
    this.url = `https://127.0.0.1:${port}/`;
  }

  // As other processes do it: written beside, then renamed.
  write(document) {
    writeFileSync(`${this.state}.new`, JSON.stringify(document));
    renameSync(`${this.state}.new`, this.state);
  }

  token() {
    return /token[^:]*: ([0-9a-f]{64})/.exec(this.output)?.[1];
  }

  async stop() {
    if (this.child && this.child.exitCode === null) {
      const ended = new Promise((done) => this.child.on("exit", done));
      this.child.kill("SIGTERM");
      this.exit = await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const tests = [];
export const test = (sentence, body) => tests.push({ sentence, body });

export function equal(actual, expected, what = "") {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

export function ok(value, what) {
  if (!value) throw new Error(what);
}

export async function runAll(context) {
  let failed = 0;
  for (const { sentence, body } of tests) {
    try {
      await body(context);
      console.log(`  ok      ${sentence}`);
    } catch (error) {
      ++failed;
      console.log(`  FAILED  ${sentence}\n          ${error.message}`);
    }
  }
  return { passed: tests.length - failed, failed };
}
