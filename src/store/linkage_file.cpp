#include "store/linkage_file.h"

#include <algorithm>

#include "core/crash_point.h"
#include "store/local_store.h"

namespace sekisho::store {
namespace {

const std::string kKind = "linkage";
constexpr std::size_t kPiece = std::size_t{1} << 20;

Result<void> replace(LocalStore& store, const std::vector<SealedRow>& fresh) {
  SEKISHO_TRY(const auto files, store.catalogue().sealed());
  SEKISHO_CHECK(store.catalogue().transaction("state of the linkage", [&](soci::session& s) -> Result<void> {
    for (const SealedRow& row : files)
      if (row.kind == kKind) delete_sealed(s, row.hash);
    insert_sealed(s, fresh);
    return {};
  }));
  crash_point("store.linkage_after_commit");
  for (const SealedRow& row : files)
    if (row.kind == kKind) SEKISHO_CHECK(remove_file(store.folder().sealed_file(kKind, row.hash)));
  return {};
}

}  // namespace

Result<void> write_linkage_file(Store& store, const std::function<Result<void>(const ByteSink&)>& write) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  TemporaryFile file(at->folder().sealed_folder(kKind), ".sealed");
  SEKISHO_TRY(SealedWriter writer, SealedWriter::create(file.path(), kKind, at->sealing_key(kKind), at->random()));
  SEKISHO_CHECK(write([&](ByteView bytes) -> Result<void> {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(kPiece, bytes.size())))
      SEKISHO_CHECK(writer.add(as_text(bytes.first(std::min(kPiece, bytes.size())))));
    return {};
  }));
  SEKISHO_CHECK(writer.finish());
  SealedRow row{"", kKind, "", writer.records(), file.size(), ""};
  SEKISHO_TRY(row.hash, file.publish());
  SEKISHO_CHECK(at->folder().sync());
  crash_point("store.linkage_before_commit");
  return replace(*at, {row});
}

Result<bool> read_linkage_file(Store& store, const ByteSink& piece) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  SEKISHO_TRY(const auto files, at->catalogue().sealed());
  const auto found = std::ranges::find(files, kKind, &SealedRow::kind);
  if (found == files.end()) return false;
  SEKISHO_CHECK(read_sealed(at->folder().sealed_file(kKind, found->hash), kKind, at->sealing_key(kKind),
                            [&](std::string_view bytes) { return piece(as_bytes(bytes)); }));
  return true;
}

Result<void> drop_linkage_file(Store& store) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  return replace(*at, {});
}

}  // namespace sekisho::store
