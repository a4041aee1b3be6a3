#include "portal/pages.h"

#include <fmt/format.h>

#include "core/file.h"
#include "core/process.h"
#include "crypto/digest.h"

namespace sekisho::portal {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPagesLimit = std::size_t{64} << 20;

struct TypeRow {
  std::string_view ending, type;
};
constexpr TypeRow kTypes[] = {{".html", "text/html; charset=utf-8"},
                              {".js", "text/javascript; charset=utf-8"},
                              {".css", "text/css; charset=utf-8"},
                              {".svg", "image/svg+xml"},
                              {".json", "application/json"},
                              {".txt", "text/plain; charset=utf-8"},
                              {".webmanifest", "application/manifest+json"},
                              {".png", "image/png"},
                              {".ico", "image/x-icon"},
                              {".woff2", "font/woff2"}};

constexpr std::string_view kBuiltIn = R"(<!doctype html>
<html lang="ja">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>sekisho</title></head>
<body>
<main>
<h1>sekisho</h1>
<p>ポータルは動いていますが、画面がまだ作られていません。次を実行してからポータルを起動し直してください。</p>
<p lang="en">The portal runs, but its pages have not been built. Run this, then start the portal again:</p>
<pre>tools/build-web.sh</pre>
<ul>
<li><a href="/api/v1/status">/api/v1/status</a> 現在の数値 <span lang="en">the figures</span></li>
<li><a href="/api/v1/openapi.json">/api/v1/openapi.json</a> API の説明 <span lang="en">what the API offers</span></li>
</ul>
</main>
</body>
</html>
)";

Page make_page(std::string_view type, std::string content, bool immutable) {
  std::string etag = '"' + to_hex(crypto::sha256(as_bytes(content))).substr(0, 32) + '"';
  return {.content_type = std::string(type),
          .content = std::move(content),
          .etag = std::move(etag),
          .immutable = immutable};
}

std::string_view type_of(const fs::path& path) {
  const std::string ending = path.extension().string();
  for (const TypeRow& row : kTypes)
    if (row.ending == ending) return row.type;
  return {};
}

}  // namespace

Result<Pages> Pages::load(const fs::path& folder) {
  Pages pages;
  std::error_code error;
  std::size_t total = 0;
  if (!folder.empty() && fs::is_directory(folder, error)) {
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      if (name.starts_with('.') || it->is_symlink()) {
        it.disable_recursion_pending();
        continue;
      }
      const std::string_view type = type_of(it->path());
      if (!it->is_regular_file() || type.empty()) continue;
      SEKISHO_TRY(std::string content, read_text(it->path(), kPagesLimit));
      total += content.size();
      if (total > kPagesLimit)
        return fail("pages.too_large", "the folder of pages holds more than 64 MiB", {.file = folder},
                    "Give the folder that `tools/build-web.sh` made.");
      const std::string path = "/" + it->path().lexically_relative(folder).generic_string();
      pages.pages_.emplace(path, make_page(type, std::move(content), path.starts_with("/assets/")));
    }
    if (error) return fail("pages.read", "cannot list the folder of pages: " + error.message(), {.file = folder});
  }
  const auto index = pages.pages_.find("/index.html");
  pages.built_ = index != pages.pages_.end();
  pages.pages_["/"] = pages.built_ ? index->second : make_page(kTypes[0].type, std::string(kBuiltIn), false);
  return pages;
}

const Page* Pages::find(std::string_view path) const {
  const auto found = pages_.find(path);
  return found == pages_.end() ? nullptr : &found->second;
}

fs::path default_pages_folder() {
  const fs::path program = program_folder();
  std::error_code error;
  for (const char* place : {"../../../web/dist", "../share/sekisho/web"}) {
    const fs::path folder = (program / place).lexically_normal();
    if (fs::exists(folder / "index.html", error)) return folder;
  }
  return {};
}

}  // namespace sekisho::portal
