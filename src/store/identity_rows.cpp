#include "store/identity_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>
#include <unordered_set>

#include "store/identity_record.h"
#include "store/local_store.h"

namespace sekisho::store {

Result<std::map<std::string, std::string>> identity_files(Store& store) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  SEKISHO_TRY(const auto files, at->catalogue().sealed());
  std::map<std::string, std::string> out;
  for (const SealedRow& file : files)
    if (file.kind == "identity") out[file.hash] = file.hospital;
  return out;
}

Result<std::uint64_t> identity_versions(Store& store) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  SEKISHO_TRY(const auto files, at->catalogue().sealed());
  std::uint64_t out = 0;
  for (const SealedRow& file : files)
    if (file.kind == "identity") out += file.items;
  return out;
}

namespace {

// Versions of registrations, each once with the first time it was seen.
class VersionHeap {
 public:
  VersionHeap() : known_(0, Hash{&rows_}, Equal{&rows_}) {}
  void add(std::string_view bytes, const IdentityParts& parts) {
    const auto place = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - bytes.data()); };
    rows_.push_back({heap_.add(bytes), static_cast<std::uint32_t>(bytes.size()), place(parts.reg),
                     static_cast<std::uint32_t>(parts.reg.size()), place(parts.content), parts.recorded});
    const auto [at, fresh] = known_.insert(rows_.size() - 1);
    if (fresh) return;
    rows_.pop_back();
    heap_.drop_last(bytes.size());
    Row& row = rows_[*at];
    if (parts.recorded >= row.recorded) return;
    row.recorded = parts.recorded;
    std::memcpy(row.data, bytes.data(), row.content_at);  // as long: the registration is the same
  }
  // In order of registration, and of time within each.
  Result<void> each(const std::function<void(const std::string& reg, records::IdentityRecord&)>& visit) {
    known_.clear();
    std::ranges::sort(rows_, {}, [](const Row& row) { return std::tuple(row.reg(), row.recorded, row.content()); });
    for (const Row& row : rows_) {
      SEKISHO_TRY(StoredIdentity one, decode_identity({row.data, row.size}));
      visit(one.reg, one.record);
    }
    return {};
  }

 private:
  struct Row {
    char* data = nullptr;
    std::uint32_t size = 0, reg_at = 0, reg_size = 0, content_at = 0;
    std::int64_t recorded = 0;
    std::string_view reg() const { return {data + reg_at, reg_size}; }
    std::string_view content() const { return {data + content_at, size - content_at}; }
  };
  struct Hash {
    const std::vector<Row>* rows;
    std::size_t operator()(std::size_t row) const {
      const std::hash<std::string_view> hash;
      return hash((*rows)[row].content()) ^ std::rotl(hash((*rows)[row].reg()), 1);
    }
  };
  struct Equal {
    const std::vector<Row>* rows;
    bool operator()(std::size_t a, std::size_t b) const {
      return (*rows)[a].reg() == (*rows)[b].reg() && (*rows)[a].content() == (*rows)[b].content();
    }
  };
  RecordHeap heap_;
  std::vector<Row> rows_;
  std::unordered_set<std::size_t, Hash, Equal> known_;
};

}  // namespace

Result<void> each_identity(Store& store,
                           const std::function<void(const std::string& reg, records::IdentityRecord&)>& visit,
                           const IdentityFilter& filter) {
  SEKISHO_TRY(LocalStore * at, in_folder(store));
  std::function<bool(const std::string&)> wanted = filter.registration;
  std::set<std::string> taking_part;
  if (!wanted) {
    SEKISHO_CHECK(store.each_registration([&](const RegistrationRow& row) { taking_part.insert(row.reg); }));
    wanted = [&](const std::string& reg) { return taking_part.contains(reg); };
  }
  SEKISHO_TRY(const auto files, identity_files(store));
  VersionHeap versions;
  for (const auto& [hash, hospital] : files) {
    if (filter.files != nullptr && !filter.files->contains(hash)) continue;
    SEKISHO_CHECK(read_sealed(at->folder().sealed_file("identity", hash), "identity", at->sealing_key("identity"),
                              [&](std::string_view bytes) -> Result<void> {
                                SEKISHO_TRY(const IdentityParts parts, identity_parts(bytes));
                                if (parts.reg < filter.from || (!filter.until.empty() && parts.reg >= filter.until))
                                  return {};
                                if (wanted(std::string(parts.reg))) versions.add(bytes, parts);
                                return {};
                              }));
  }
  return versions.each(visit);
}

}  // namespace sekisho::store
