#include "core/html.h"

#include <fmt/format.h>

namespace sekisho {
namespace {

constexpr std::string_view kHead =
    R"html(<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
)html";

constexpr std::string_view kStyle =
    R"html(:root{--line:#d5d9e0;--ink:#1b2430;--soft:#5a6675;--ok:#1d7a46;--bad:#b3261e}
body{font:15px/1.55 system-ui,"Noto Sans CJK JP","Hiragino Sans",sans-serif;color:var(--ink);margin:0 auto;max-width:1080px;padding:24px}
h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px;border-bottom:1px solid var(--line)}h3{font-size:16px;margin:18px 0 2px}
table{border-collapse:collapse}th,td{border-bottom:1px solid var(--line);padding:5px 8px;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}th{color:var(--soft);font-weight:600}
.soft{color:var(--soft);font-size:13px}.ok{color:var(--ok)}.bad{color:var(--bad);font-weight:700}
svg{display:block;max-width:100%;margin-top:6px}#language{float:right;font:inherit;padding:4px 12px;cursor:pointer}
html[lang=ja] .en,html[lang=en] .ja{display:none}
@media print{#language{display:none}}
)html";

constexpr std::string_view kTail =
    R"html(<script>
document.getElementById('language').addEventListener('click',function(){
var root=document.documentElement;root.lang=root.lang==='ja'?'en':'ja';});
if(location.hash==='#en')document.documentElement.lang='en';
</script></body></html>
)html";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"' || c == '\'')
      out += fmt::format("&#{};", static_cast<int>(c));
    else
      out += c;
  }
  return out;
}

std::string html_text(const Text& text) {
  if (text.ja == text.en) return escape_html(text.ja);
  return fmt::format("<span class=ja lang=ja>{}</span><span class=en lang=en>{}</span>", escape_html(text.ja),
                     escape_html(text.en));
}

std::string html_page(const Text& title, std::string_view style, std::string_view body) {
  const std::string plain = title.ja == title.en ? title.ja : title.ja + " / " + title.en;
  return fmt::format(
      "{}<title>{}</title>\n<style>\n{}{}</style></head><body>\n"
      "<button type=\"button\" id=\"language\">English / 日本語</button>\n{}{}",
      kHead, escape_html(plain), kStyle, style, body, kTail);
}

}  // namespace sekisho
