// The portal's page in a real browser.
import { finished, loading } from "./documents.mjs";
import { equal, launch, ok, Portal, runAll, test, until } from "./harness.mjs";
import "./quality.mjs";
import "./review.mjs";
import "./explorer.mjs";

const shots = "var/browser";
const shoot = (page, name) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: true, animations: "disabled" });
const figure = (page, station) => page.locator(`[data-station="${station}"] .value`).textContent();
const shows = (page, station, text) =>
  until(`${station} shows ${text}`, async () => (await figure(page, station)) === text);

test("before any work the page says in Japanese that nothing has been recorded", async ({ page, portal }) => {
  await page.goto(portal.url);
  await page.getByText("まだ記録がありません").waitFor();
  equal(await page.locator("html").getAttribute("lang"), "ja", "language");
  equal(await page.getByRole("heading", { level: 1 }).textContent(), "関所", "heading");
  await shoot(page, "empty");
});

test("figures appear without a reload when the state document is replaced", async ({ page, portal }) => {
  portal.write(loading);
  await shows(page, "registrations", "30,412");
  equal(await figure(page, "sealed"), "24", "sealed");
  equal(await figure(page, "received"), "21", "received");
  equal(await figure(page, "loaded"), "12", "loaded");
  equal(await page.getByText("まだ記録がありません").count(), 0, "notice");
  await shoot(page, "loading");
});

test("a running stage shows how far it came and is announced to screen readers", async ({ page }) => {
  const stage = page.locator('[data-stage="load"]');
  equal(await stage.locator("progress").getAttribute("value"), "12", "value");
  equal(await stage.locator("progress").getAttribute("max"), "24", "max");
  ok((await stage.textContent()).includes("実行中"), "the state in words");
  const announcer = page.getByTestId("announcer");
  equal(await announcer.getAttribute("aria-live"), "polite", "aria-live");
  ok((await announcer.textContent()).includes("開封と取込"), "announcement");
});

test("the time is Japanese local time and says so", async ({ page }) => {
  const line = await page.locator(".updated").textContent();
  // 15:04:05 UTC is five past midnight of the next day in Japan.
  ok(/2026\/11\/22 0:04:05/.test(line) && line.includes("日本時間"), line);
});

test("the finished job shows persons, datasets, the exit check and the checkpoints", async ({ page, portal }) => {
  portal.write(finished);
  await shows(page, "persons", "50,118");
  equal(await figure(page, "datasets"), "2", "datasets");
  equal(await figure(page, "exits"), "1", "exit checks");
  equal(await figure(page, "ledger"), "352", "ledger entries");
  const card = page.getByRole("article", { name: "インフルエンザ抗ウイルス薬" });
  ok(/21,877/.test(await card.textContent()) && /合格/.test(await card.textContent()), "dataset card");
  ok((await page.locator("code.hash").first().textContent()).startsWith("b5bb9d80 14a0f9b1"), "checkpoint");
  await shoot(page, "finished-ja");
});

test("what a stage counts is said in Japanese, and a rate only where it says something", async ({ page }) => {
  const words = (name) => page.locator(`[data-stage="${name}"]`).textContent();
  const judged = await words("quality");
  ok(judged.includes("3 / 3 施設") && !judged.includes("/秒"), judged);
  ok((await words("link")).includes("件/秒"), "a rate of registrations");
});

test("every table has column and row headers", async ({ page }) => {
  const row = page.locator('[data-hospital="H03"]');
  equal(await row.getByRole("rowheader").count(), 1, "row header");
  equal(
    (await row.getByRole("cell").allTextContents()).map((text) => text.trim()),
    ["8", "8", "7", "7", "0", "1"],
    "H03",
  );
  for (const table of await page.getByRole("table").all())
    ok((await table.getByRole("columnheader").count()) >= 4, "column headers");
});

test("the page has landmarks, one main heading and a named picture", async ({ page }) => {
  for (const role of ["banner", "main", "contentinfo"]) equal(await page.getByRole(role).count(), 1, role);
  equal(await page.getByRole("heading", { level: 1 }).count(), 1, "h1");
  ok((await page.getByRole("img", { name: "病院から提供データまでの流れを示す図" }).count()) === 1, "picture");
  ok((await page.locator("#flow-summary").textContent()).includes("個人 50,118 人"), "the picture in words");
});

test("nothing of the picture is cut off, and no text leaves its box", async ({ page }) => {
  const spilled = await page.evaluate(() => {
    const picture = document.querySelector(".flow svg");
    const inside = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
    const found = [];
    for (const shape of picture.querySelectorAll("rect, text, circle"))
      if (!inside(shape.getBoundingClientRect(), picture.getBoundingClientRect())) found.push(shape.outerHTML);
    for (const station of picture.querySelectorAll(".station"))
      for (const text of station.querySelectorAll(".name, .value, .unit"))
        if (!inside(text.getBoundingClientRect(), station.querySelector("rect").getBoundingClientRect()))
          found.push(text.textContent);
    return found;
  });
  equal(spilled, [], "spilled");
});

test("the language switch is reached and worked by keyboard, and the choice is kept", async ({ page }) => {
  await page.reload();
  await shows(page, "persons", "50,118");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
  for (let presses = 0; presses < 5 && (await focused()) !== "language"; ++presses) await page.keyboard.press("Tab");
  equal(await focused(), "language", "focus");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The way of the data" }).waitFor();
  equal(await page.locator("html").getAttribute("lang"), "en", "language");
  await shoot(page, "finished-en");
  await page.reload();
  await page.getByRole("heading", { name: "Packages by hospital" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "病院ごとの包" }).waitFor();
});

test("every text has the contrast of WCAG AA in light and dark", async ({ page }) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    equal(await page.evaluate(weakTexts), [], colorScheme);
    if (colorScheme === "dark") await shoot(page, "dark");
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  await page.evaluate(() => (document.querySelector("h2").style.color = "#999"));
  equal(await page.evaluate(weakTexts), ["データの流れ: 2.85"], "a planted weak text");
  await page.evaluate(() => document.querySelector("h2").removeAttribute("style"));
});

test("a narrow window scrolls nothing but the picture and the tables sideways", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  ok(content <= window, `${content} px of content in ${window} px`);
  await shoot(page, "narrow");
  await page.setViewportSize({ width: 1360, height: 900 });
});

test("the one-time token opens one session, whose cookie scripts cannot read", async ({ page, portal, context }) => {
  const post = (token) =>
    page.evaluate(async (value) => {
      const body = JSON.stringify({ token: value });
      return (await fetch("/api/v1/session", { method: "POST", body })).status;
    }, token);
  equal(await post(portal.token()), 200, "first use");
  const cookie = (await context.cookies()).find(({ name }) => name === "__Host-sekisho");
  equal([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, true, "Strict"], "cookie");
  equal(await page.evaluate(() => document.cookie), "", "what scripts see");
  equal(await page.evaluate(async () => (await (await fetch("/api/v1/session")).json()).signed_in), true, "signed in");
});

test("nothing is asked of any other machine, and the console stays clean", async ({ seen, portal }) => {
  ok(seen.requests.length > 3, "requests were watched");
  equal(
    seen.requests.filter((url) => !url.startsWith(portal.url)),
    [],
    "foreign requests",
  );
  equal(seen.errors, [], "console");
});

test("a lost portal is shown as lost, with the last figures kept", async ({ page, portal }) => {
  await portal.stop();
  await page.getByText("接続が切れました").waitFor();
  equal(await figure(page, "persons"), "50,118", "last figures");
  equal(portal.exit, 0, "exit code after SIGTERM");
});

// Runs in the page: texts whose contrast against what lies behind them is under 4.5 (3 for large text; WCAG 2.2, 1.4.3).
function weakTexts() {
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = color
      .slice(0, 3)
      .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opaque = (color) => color.length >= 3 && (color.length < 4 || color[3] > 0.99);
  // What is painted under the text: the shapes before it in the picture, or the nearest ancestor with a ground.
  const ground = (element) => {
    if (element instanceof SVGElement) {
      const box = element.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const under = [...element.ownerSVGElement.querySelectorAll("rect")].filter((rect) => {
        const r = rect.getBoundingClientRect();
        return x >= r.left && x <= r.right && y >= r.top && y <= r.bottom;
      });
      if (under.length) return parse(getComputedStyle(under.at(-1)).fill);
    }
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (opaque(color)) return color;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.closest("noscript, title, desc, .visually-hidden, .skip")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [parse(element instanceof SVGElement ? style.fill : style.color), ground(element)].map(luminance);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) weak.push(`${element.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return weak;
}

const portal = new Portal();
let browser;
let result = { passed: 0, failed: 1 };
try {
  await portal.start();
  browser = await launch();
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1360, height: 900 },
    locale: "ja-JP",
    timezoneId: "America/New_York",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const seen = { requests: [], errors: [] };
  context.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(error.message));
  result = await runAll({ page, portal, context, seen });
} catch (error) {
  console.log(`  FAILED  set-up\n          ${error.stack}`);
} finally {
  await browser?.close();
  await portal.stop();
}
console.log(`${result.passed} passed, ${result.failed} failed, 0 skipped`);
process.exitCode = result.failed > 0 ? 1 : 0;
