// The page of data quality: reports of synthetic hospitals with planted faults, seen by a manager and by hospitals.
import { join } from "node:path";
import { equal, ok, test, until } from "./harness.mjs";

const shoot = (page, name) =>
  page.screenshot({ path: `var/browser/${name}.png`, fullPage: true, animations: "disabled" });

function link(portal, ...options) {
  const printed = portal.command("portal", "link", "--links", join(portal.folder, "links"), "--json", ...options);
  const { token } = JSON.parse(printed);
  return { token, url: `${portal.url}#quality?token=${token}` };
}

// Each person has a browser of their own.
async function visit({ page, portal }, url, body) {
  const context = await page
    .context()
    .browser()
    .newContext({ ignoreHTTPSErrors: true, viewport: { width: 1360, height: 900 }, locale: "ja-JP" });
  const own = await context.newPage();
  own.setDefaultTimeout(20000);
  const errors = [];
  own.on("pageerror", (error) => errors.push(error.message));
  own.on("console", (message) => /Content Security/.test(message.text()) && errors.push(message.text()));
  try {
    await own.goto(url ?? `${portal.url}#quality`);
    await body(own);
    equal(errors, [], "errors of the page");
  } finally {
    await context.close();
  }
}

test("reports of two hospitals are there, and without a link nobody sees them", async (context) => {
  const { portal } = context;
  const synth = join(portal.folder, "synth");
  portal.command("synth", "--out", synth, "--hospitals", "2", "--persons", "150", "--years", "2", "--seed", "7");
  portal.command("quality", synth, "--on", "2026-11-21", "--out", join(portal.folder, "quality"));
  await visit(context, undefined, async (page) => {
    await page.getByRole("heading", { name: "サインイン" }).waitFor();
    equal(await page.getByText("H01").count(), 0, "a hospital's name");
    await page.getByLabel("サインイン用の一回限りの符号").fill("0".repeat(64));
    await page.getByRole("button", { name: "サインイン" }).click();
    await page.getByRole("alert").waitFor();
  });
});

test("a hospital's user sees that hospital alone, with heat map, trends, causes and repairs", async (context) => {
  await visit(context, link(context.portal, "--hospital", "H02").url, async (page) => {
    await page.getByRole("heading", { name: "H02" }).waitFor();
    ok(!page.url().includes("token"), "the token stands in the address bar");
    ok((await page.getByTestId("holder").textContent()).includes("自院のみ"), "holder");
    equal(await page.locator("select").count(), 0, "a choice of hospitals");
    equal(await page.getByText("H01").count(), 0, "the other hospital");
    ok((await page.getByTestId("accounting").textContent()).includes("一致"), "accounting");
    ok(!/入力 0/.test(await page.getByTestId("accounting").textContent()), "records");
    const twice = page.locator('[data-measure="claim.twice"]');
    ok((await twice.locator("td.h3, td.h4").count()) >= 1, "months above the threshold");
    ok((await page.locator("[data-trend]").count()) >= 1, "trends");
    const finding = page.locator('[data-finding="claim.twice"]');
    ok((await finding.textContent()).includes("レセプト"), "finding");
    for (const foreign of ["H01", "..%2fH01", "H99"]) {
      const status = await page.evaluate(async (name) => (await fetch(`/api/v1/quality/${name}`)).status, foreign);
      ok(status === 404 || status === 400, `${foreign}: ${status}`);
    }
    await shoot(page, "quality-ja");
    await page.getByRole("button", { name: "サインアウト" }).click();
    await page.getByRole("heading", { name: "サインイン" }).waitFor();
  });
});

test("a manager chooses among all hospitals, in English", async (context) => {
  await visit(context, link(context.portal, "--role", "manager").url, async (page) => {
    await page.getByRole("heading", { name: "H01" }).waitFor();
    await page.getByTestId("language").click();
    await page.getByLabel("Hospital").selectOption("H02");
    await page.getByRole("heading", { name: "H02" }).waitFor();
    await page.getByRole("heading", { name: "Findings and repairs" }).waitFor();
    const english = await page.locator(".findings").textContent();
    ok(
      !/[\u3041-\u30ff]/.test(
        english.replace(
          /記録条件仕様|様式|ファイル|算定日情報|標準化ストレージ|データ種別|ファイル名|オーダ番号|コンディションフラグ/g,
          "",
        ),
      ),
      "Japanese left in English",
    );
    await shoot(page, "quality-en");
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot(page, "quality-dark");
  });
});

test("a link works once", async (context) => {
  const { url } = link(context.portal, "--hospital", "H01");
  await visit(context, url, (page) => page.getByRole("heading", { name: "H01" }).waitFor());
  await visit(context, url, async (page) => {
    await page.getByRole("alert").waitFor();
    await until("no report", async () => (await page.getByText("H01").count()) === 0);
  });
});
