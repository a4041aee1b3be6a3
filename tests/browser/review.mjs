// Clerical review in the browser: two people judge the same pair, each in a browser of their own.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { equal, ok, test, until } from "./harness.mjs";

const shoot = (page, name) =>
  page.screenshot({ path: `var/browser/${name}.png`, fullPage: true, animations: "disabled" });

// Registrations of which some pairs are hard to tell: brides with a new address, namesakes, brothers of one birthday.
function registrations() {
  const rows = [
    "record_id,family_kanji,given_kanji,family_kana,given_kana,birth_date,sex,postcode,address,phone,symbol,number",
  ];
  const families = [..."佐鈴高田伊渡山中小加"].map((character, at) => [
    `${character}${"藤木橋中藤辺本村林藤"[at]}`,
    at,
  ]);
  const kana = [
    "サトウ",
    "スズキ",
    "タカハシ",
    "タナカ",
    "イトウ",
    "ワタナベ",
    "ヤマモト",
    "ナカムラ",
    "コバヤシ",
    "カトウ",
  ];
  const given = [..."誠薫翼学明茂勇豊進昇"];
  const givenKana = [
    "マコト",
    "カオル",
    "ツバサ",
    "マナブ",
    "アキラ",
    "シゲル",
    "イサム",
    "ユタカ",
    "ススム",
    "ノボル",
  ];
  for (let i = 0; i < 100; ++i) {
    const [family, at] = families[i % 10];
    const g = Math.floor(i / 10);
    const birth = `19${40 + (i % 50)}-0${1 + (i % 9)}-${10 + (i % 18)}`;
    const tail = (n) =>
      `${birth},${1 + (i % 2)},${100 + i}-00${10 + (n % 80)},東町${1 + (n % 9)}丁目${1 + (n % 30)}番${1 + (n % 9)}号,090${10000000 + n * 7919},${20 + (n % 40)},${300000 + n * 13}`;
    rows.push(`H01:${i},${family},${given[g]},${kana[at]},${givenKana[g]},${tail(i)}`);
    if (i % 9 === 0)
      rows.push(`H02:${i},${family},${given[(g + 1) % 10]},${kana[at]},${givenKana[(g + 1) % 10]},${tail(i)}`);
    else if (i % 9 === 1)
      rows.push(`H02:${i},${family.replace("高", "髙")},${given[g]},${kana[at]},,${tail(i + 37).replace(birth, "")}`);
    else rows.push(`H02:${i},${family},${given[g]},${kana[at]},${givenKana[g]},${tail(i)}`);
  }
  return rows.join("\n") + "\n";
}

const secrets = {};

async function visit({ page, portal }, body) {
  const browser = page.context().browser();
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1360, height: 900 },
    locale: "ja-JP",
  });
  const own = await context.newPage();
  own.setDefaultTimeout(20000);
  const errors = [];
  own.on("pageerror", (error) => errors.push(error.message));
  try {
    await own.goto(`${portal.url}#review`);
    await body(own);
    equal(errors, [], "errors of the page");
  } finally {
    await context.close();
  }
}

async function signIn(page, secret) {
  await page.getByLabel("担当者の暗証").fill(secret);
  await page.getByRole("button", { name: "サインイン", exact: true }).click();
}
const waiting = (page) => page.getByTestId("waiting").textContent();
const count = async (page) => Number(/\d+/.exec(await waiting(page))[0]);

test("without a reviewer's secret the page of the review shows no record", async (context) => {
  const { portal } = context;
  const folder = join(portal.folder, "review");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(portal.folder, "registrations.csv"), registrations());
  portal.command(
    "link",
    "run",
    "--spec",
    resolve("specs/linkage/japanese.toml"),
    "--input",
    join(portal.folder, "registrations.csv"),
    "--output",
    join(portal.folder, "persons.csv"),
    "--review-out",
    join(folder, "pairs.json"),
    "--review-low",
    "0.0005",
    "--review-high",
    "0.9999",
  );
  for (const name of ["佐藤", "鈴木", "田中"])
    secrets[name] = portal.command("link", "review", "invite", name, "--folder", folder).trim();
  await visit(context, async (page) => {
    await page.getByRole("heading", { name: "確認担当者としてサインイン" }).waitFor();
    equal(await page.getByTestId("sides").count(), 0, "records");
    await signIn(page, "0".repeat(64));
    await page.getByRole("alert").waitFor();
  });
});

test("a reviewer sees both records side by side with the agreement of each field and the weights", async (context) => {
  await visit(context, async (page) => {
    await signIn(page, secrets["佐藤"]);
    await page.getByTestId("sides").waitFor();
    ok((await count(page)) >= 2, "pairs wait");
    const row = page.locator('[data-field="family_kanji"]');
    ok(/一致|表記だけ違う|違う/.test(await row.textContent()), await row.textContent());
    ok((await page.getByTestId("waterfall").getByRole("row").count()) >= 5, "steps of the waterfall");
    await shoot(page, "review");
  });
});

test("keys judge and move, and a pair is decided when a second person agrees", async (context) => {
  let id = "";
  await visit(context, async (page) => {
    await signIn(page, secrets["佐藤"]);
    await page.getByTestId("sides").waitFor();
    id = await page.locator('[aria-current="true"][data-pair]').getAttribute("data-pair");
    await page.keyboard.press("s");
    await until("the opinion is recorded", async () => /二人目/.test(await page.getByTestId("note").textContent()));
    const current = () => page.locator('[aria-current="true"][data-pair]').getAttribute("data-pair");
    await until("the next pair is shown", async () => (await current()) !== id);
    await page.keyboard.press("k");
    await until("k goes back", async () => (await current()) === id);
    await until("own opinion is shown", async () =>
      (await page.locator(`[data-pair="${id}"]`).textContent()).includes("同一人"),
    );
  });
  await visit(context, async (page) => {
    await signIn(page, secrets["鈴木"]);
    await page.getByTestId("sides").waitFor();
    const before = await count(page);
    const row = page.locator(`[data-pair="${id}"]`);
    ok(!(await row.textContent()).includes("同一人"), "the opinion of another is not shown");
    await row.click();
    await page.getByRole("button", { name: "同一人", exact: true }).click();
    await until("it is decided", async () => /決定/.test(await page.getByTestId("note").textContent()));
    await until("it waits no more", async () => (await count(page)) === before - 1);
    await page.getByTestId("language").click();
    await page.getByRole("heading", { name: "Review of links" }).waitFor();
    equal((await page.getByTestId("note").textContent()).trim(), "Decided.", "the note follows the language");
    await shoot(page, "review-en");
  });
  const decisions = readFileSync(join(context.portal.folder, "review", "decisions.jsonl"), "utf8");
  const decision = JSON.parse(decisions);
  equal(decision.decision, "same", "decision");
  equal(decision.by, ["佐藤", "鈴木"], "by");
});

test("either of the two takes a decision back, and the pair waits again", async (context) => {
  await visit(context, async (page) => {
    await signIn(page, secrets["鈴木"]);
    await page.getByTestId("sides").waitFor();
    const before = await count(page);
    const row = page.locator("[data-pair]").last();
    ok((await row.textContent()).includes("決定"), "who helped to decide still finds the pair");
    await row.click();
    await page.getByTestId("withdraw").waitFor();
    ok(
      await page.getByRole("button", { name: "別人", exact: true }).isDisabled(),
      "a decided pair is not judged again",
    );
    await shoot(page, "review-decided");
    await page.getByTestId("withdraw").click();
    await until("it is taken back", async () => /取り消しました/.test(await page.getByTestId("note").textContent()));
    await until("it waits again", async () => (await count(page)) === before + 1);
    await shoot(page, "review-withdrawn");
  });
  const lines = readFileSync(join(context.portal.folder, "review", "decisions.jsonl"), "utf8")
    .trim()
    .split("\n");
  equal(JSON.parse(lines.at(-1)).decision, "open", "the decision counts no longer");
  equal(lines.length, 2, "what was decided stays readable");
});

test("what two people see differently goes to a third one", async (context) => {
  let id = "";
  for (const [name, button] of [
    ["佐藤", "同一人"],
    ["鈴木", "別人"],
    ["田中", "別人"],
  ])
    await visit(context, async (page) => {
      await signIn(page, secrets[name]);
      await page.getByTestId("sides").waitFor();
      id ||= await page.locator("[data-pair]").last().getAttribute("data-pair");
      const row = page.locator(`[data-pair="${id}"]`);
      if (name === "田中") ok((await row.textContent()).includes("三人目待ち"), "state");
      await row.click();
      await until("it is shown", async () => (await row.getAttribute("aria-current")) === "true");
      await page.getByTestId("sides").waitFor();
      await page.getByRole("button", { name: button, exact: true }).click();
      await until("it is recorded", async () => (await page.getByTestId("note").textContent()).trim() !== "");
      const note = await page.getByTestId("note").textContent();
      ok(new RegExp({ 佐藤: "二人目", 鈴木: "三人目", 田中: "決定しました" }[name]).test(note), note);
    });
});

test("no log of the portal names a patient", async ({ portal }) => {
  for (const name of ["佐藤", "サトウ", "H01:", "マコト"]) ok(!portal.output.includes(name), name);
});
