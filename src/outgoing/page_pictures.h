// Pictures of a document's pages for the people who review it: made by pdftoppm, office documents first by LibreOffice,
// where these are installed; both run without network and with the file alone in reach.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sekisho::outgoing {

struct PagePictures {
  std::vector<std::string> files;  // PNG, in the order of pages; at most 20
  std::string reason;              // why there is none, or not one of every page
  bool missing = false;            // the file has pages that nobody drew: people must open it itself
};
// `type` as the scan names it. Errors: file.*.
Result<PagePictures> page_pictures(const std::filesystem::path& file, std::string_view type,
                                   const std::filesystem::path& folder);

}  // namespace sekisho::outgoing
