// The explorer of the anonymization: a data manager moves sliders and nodes, sees rows before and after, saves a policy;
// nobody else sees anything.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, ok, test, until } from "./harness.mjs";

const shoot = (page, name) =>
  page.screenshot({ path: `var/browser/${name}.png`, fullPage: true, animations: "disabled" });

const policy = `suppression_limit = 0.05
person = "pid"
[[attribute]]
name = "age"
kind = "quasi"
[attribute.rule]
kind = "age"
bands = [5, 10, 20]
top = 90
[[attribute]]
name = "sex"
kind = "quasi"
[attribute.rule]
kind = "top"
[[attribute]]
name = "area"
kind = "quasi"
[attribute.rule]
kind = "prefix"
lengths = [2]
[[attribute]]
name = "days"
kind = "quasi"
[attribute.rule]
kind = "intervals"
widths = [5, 15]
[[attribute]]
name = "drug"
kind = "sensitive"
[[model]]
kind = "k-anonymity"
k = 5
`;

// 100,000 rows whose values are drawn by a fixed rule.
function rows(count) {
  const lines = ["pid,age,sex,area,days,drug"];
  let state = 12345;
  const draw = (n) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * n);
  };
  for (let i = 0; i < count; ++i)
    lines.push(
      `p${i},${Math.min(99, 20 + draw(40) + draw(45))},${draw(2) ? "M" : "F"},${1300 + 100 * draw(3) + draw(9)},${1 + Math.floor(draw(100) ** 2 / 160)},${i % 8 === 3 ? "" : `薬剤${String.fromCharCode(65 + draw(4))}`}`,
    );
  return lines.join("\n") + "\n";
}

function link(portal, ...options) {
  const printed = portal.command("portal", "link", "--links", join(portal.folder, "links"), "--json", ...options);
  return `${portal.url}#explorer?token=${JSON.parse(printed).token}`;
}

async function visit({ page, portal }, url, body, viewport = { width: 1280, height: 900 }) {
  const context = await page.context().browser().newContext({ ignoreHTTPSErrors: true, viewport, locale: "ja-JP" });
  const own = await context.newPage();
  own.setDefaultTimeout(30000);
  const errors = [];
  own.on("pageerror", (error) => errors.push(error.message));
  own.on("console", (message) => /Content Security/.test(message.text()) && errors.push(message.text()));
  try {
    await own.goto(url ?? `${portal.url}#explorer`);
    await body(own);
    equal(errors, [], "errors of the page");
  } finally {
    await context.close();
  }
}

const found = (page) => page.locator('[data-testid="optimum"][data-state="found"]').waitFor();
const milliseconds = async (page) => Number(await page.getByTestId("figures").getAttribute("data-milliseconds"));
const chosen = (page) => page.locator(".lattice-node.chosen").getAttribute("data-levels");
const slide = (page, label, value) =>
  page.getByLabel(label).evaluate((input, wanted) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, String(wanted));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);

test("without a session, and as a hospital's user, the explorer shows no row", async (context) => {
  const { portal } = context;
  const folder = join(portal.folder, "explorer");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "data.csv"), rows(100000));
  writeFileSync(join(folder, "policy.toml"), policy);
  await visit(context, undefined, async (page) => {
    await page.getByRole("heading", { name: "データ管理者としてサインイン" }).waitFor();
    equal(await page.getByTestId("rows").count(), 0, "rows");
  });
  await visit(context, link(portal, "--role", "hospital", "--hospital", "H01"), async (page) => {
    await page.getByRole("alert").waitFor();
    equal(await page.getByTestId("rows").count(), 0, "rows");
    equal(await page.getByTestId("lattice").count(), 0, "lattice");
    await shoot(page, "explorer-refused");
  });
});

test("a data manager sees the lattice around the optimum of 100,000 rows and both sides of the rows", async (context) => {
  await visit(context, link(context.portal, "--role", "manager"), async (page) => {
    await found(page);
    await until("the optimum is chosen", async () => (await page.locator(".lattice-node.chosen.best").count()) === 1);
    ok((await page.getByTestId("facts").textContent()).includes("100,000"), "rows are told");
    await page.getByTestId("rows").waitFor();
    await until("changed values are marked", async () => (await page.locator("td.changed").count()) > 0);
    await until("empty values are told", async () => (await page.getByText("（空）").count()) > 0);
    await shoot(page, "explorer");
    await page.getByLabel("削除される行だけ").check();
    await until("suppressed rows alone are shown", async () => {
      const all = await page.getByTestId("rows").locator("tbody tr").count();
      return all > 0 && (await page.locator("tr.dropped").count()) === all;
    });
    await page.getByTestId("language").click();
    await page.getByRole("heading", { name: "Anonymization explorer" }).waitFor();
    ok((await page.getByText("(empty)").count()) > 0, "empty values are told in English too");
    const examples = await page.locator(".examples").allTextContents();
    ok(
      examples.every((one) => !one.includes("、") && !/^, |, , /.test(one)),
      `examples of labels are English: ${examples}`,
    );
    ok(
      examples.some((one) => one.endsWith(", …")),
      `there are more labels than examples: ${examples}`,
    );
    await shoot(page, "explorer-en");
  });
});

test("sliders and neighbours are judged again while one looks", async (context) => {
  await visit(context, link(context.portal, "--role", "manager"), async (page) => {
    await found(page);
    await until("the optimum is chosen", async () => (await page.locator(".lattice-node.chosen.best").count()) === 1);
    const times = [];
    const before = await chosen(page);
    for (const k of [6, 9, 14]) {
      const earlier = await milliseconds(page);
      await slide(page, "k（", k);
      await until("it is judged again", async () => (await milliseconds(page)) !== earlier);
      times.push(await milliseconds(page));
    }
    await page.getByLabel("条件を変えたら最適点へ移る").uncheck();
    await found(page);
    const neighbour = page.locator(".lattice-node:not(.chosen)").first();
    const wanted = await neighbour.getAttribute("data-levels");
    await neighbour.click();
    await until("the neighbour is chosen", async () => (await chosen(page)) === wanted);
    times.push(await milliseconds(page));
    console.log(`          judged in ${times.map((time) => time.toFixed(1)).join(", ")} ms (100,000 rows)`);
    ok(before !== null, "a node was chosen");
    await slide(page, "k（", 50);
    await slide(page, "削除してよい行の上限", 0);
    await until("figures follow", async () => /条件を満た/.test(await page.getByTestId("verdict").textContent()));
  });
});

test("a setting is saved as a policy that the command line takes", async (context) => {
  const { portal } = context;
  await visit(context, link(portal, "--role", "manager"), async (page) => {
    await found(page);
    await slide(page, "k（", 12);
    await found(page);
    await page.getByLabel("選んだ水準に固定する").check();
    await page.getByLabel("名前（英数字").fill("choice-1");
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await until("it is saved", async () => /policy-choice-1/.test(await page.getByTestId("save-note").textContent()));
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await until("it is not overwritten", async () =>
      /できませんでした/.test(await page.getByTestId("save-note").textContent()),
    );
  });
  const folder = join(portal.folder, "explorer");
  ok(/k = 12/.test(readFileSync(join(folder, "policy-choice-1.toml"), "utf8")), "k is in the policy");
  const printed = portal.command(
    ...["anonymize", "--input", join(folder, "data.csv"), "--policy", join(folder, "policy-choice-1.toml")],
    ...["--output", join(portal.folder, "anonymized.csv"), "--json"],
  );
  ok(JSON.parse(printed).smallest_class >= 12, "the command line takes it");
});

test("the explorer fits a narrow window", async (context) => {
  const url = link(context.portal, "--role", "manager");
  const narrow = { width: 400, height: 850 };
  await visit(
    context,
    url,
    async (page) => {
      await found(page);
      await page.getByTestId("rows").waitFor();
      await shoot(page, "explorer-narrow");
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      ok(wider <= 0, `the page is ${wider} px wider than the window`);
    },
    narrow,
  );
});
