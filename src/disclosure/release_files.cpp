#include "disclosure/release_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/file.h"

namespace sekisho::disclosure {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "SKMEM1\n";
constexpr std::string_view kOrigin = "sekisho/disclosure/memory", kKind = "table.released";

void put(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

bool take(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

std::unexpected<Error> damaged(const fs::path& file, std::string_view what) {
  return fail("memory.damaged", std::string(what), {.file = file.string()},
              "Restore the folder from a backup; nothing is judged against a damaged memory.");
}

std::string hash_of(std::string_view bytes) {
  return to_hex(crypto::sha256(as_bytes(bytes)));
}

}  // namespace

std::size_t ReleaseFiles::KeyHash::operator()(const std::array<std::uint8_t, 16>& key) const {
  std::size_t out = 0;
  std::memcpy(&out, key.data(), sizeof out);
  return out;
}

std::string encode_members(const std::vector<std::vector<std::uint32_t>>& members) {
  std::string out(kMagic);
  put(out, members.size());
  for (const auto& persons : members) {
    put(out, persons.size());
    std::uint32_t last = 0;
    for (const std::uint32_t person : persons) {
      put(out, person - last);
      last = person;
    }
  }
  return out;
}

Result<std::vector<std::vector<std::uint32_t>>> decode_members(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return damaged({}, "this is no list of persons");
  bytes.remove_prefix(kMagic.size());
  std::uint64_t classes = 0, count = 0, step = 0;
  if (!take(bytes, classes) || classes > bytes.size()) return damaged({}, "a list of persons is cut off");
  std::vector<std::vector<std::uint32_t>> members(classes);
  for (auto& persons : members) {
    if (!take(bytes, count) || count > bytes.size()) return damaged({}, "a list of persons is cut off");
    persons.reserve(count);
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!take(bytes, step) || (last += step) > 0x7fffffff) return damaged({}, "a list of persons is cut off");
      persons.push_back(static_cast<std::uint32_t>(last));
    }
  }
  if (!bytes.empty()) return damaged({}, "a list of persons has bytes behind its end");
  return members;
}

Json item_json(const ReleaseItem& item) {
  Json cells = Json::array(), classes = Json::array();
  for (const ReleasedCell& cell : item.cells) {
    Json one{{"labels", cell.labels}, {"value", cell.shown ? Json(cell.value) : Json()}};
    if (cell.window > 0) one["window"] = cell.window;
    cells.push_back(std::move(one));
  }
  for (const auto& counts : item.classes) {
    Json list = Json::array();
    for (const ReleaseItem::Count& count : counts)
      list.push_back(Json::array({count.cell, count.times}));
    classes.push_back(std::move(list));
  }
  return Json{{"format", "sekisho-release-1"},
              {"id", item.id},
              {"project", item.project},
              {"title", item.title},
              {"cut", item.cut},
              {"definition", item.definition},
              {"output_sha256", item.output_sha256},
              {"time", item.time},
              {"dimensions", item.dimensions},
              {"cells", std::move(cells)},
              {"classes", std::move(classes)}};
}

Result<ReleaseItem> item_from_json(const Json& json, const fs::path& file) {
  try {  // the library throws on members of another type
    ReleaseItem item;
    for (const auto& [member, to] : {std::pair{"id", &item.id},
                                     {"project", &item.project},
                                     {"title", &item.title},
                                     {"cut", &item.cut},
                                     {"definition", &item.definition},
                                     {"output_sha256", &item.output_sha256},
                                     {"time", &item.time}})
      *to = json.at(member).get<std::string>();
    item.dimensions = json.at("dimensions").get<std::vector<std::string>>();
    for (const Json& cell : json.at("cells")) {
      const bool shown = !cell.at("value").is_null();
      item.cells.push_back({cell.at("labels").get<std::vector<std::string>>(), shown,
                            shown ? cell.at("value").get<double>() : 0, cell.value("window", 0.0)});
      if (item.cells.back().labels.size() != item.dimensions.size()) return damaged(file, "a cell lacks labels");
    }
    for (const Json& counts : json.at("classes")) {
      item.classes.emplace_back();
      for (const Json& count : counts) {
        item.classes.back().push_back({count.at(0).get<std::uint32_t>(), count.at(1).get<std::uint32_t>()});
        if (item.classes.back().back().cell >= item.cells.size()) return damaged(file, "a class names an unknown cell");
      }
    }
    return item;
  } catch (const Json::exception&) {
    return damaged(file, "an item lacks a member or has one of another type");
  }
}

Result<ReleaseFiles> ReleaseFiles::open(const fs::path& folder, const Clock& clock, Random& random) {
  ReleaseFiles files;
  files.folder_ = folder;
  files.clock_ = &clock;
  std::error_code error;
  const fs::path person_key = folder / "person.key", ledger_key = folder / "ledger.key";
  if (!fs::exists(person_key, error)) {
    if (fs::exists(folder / "persons.bin", error))
      return damaged(person_key, "the key is gone: the memory can be read no more");
    const crypto::SecretBytes fresh = crypto::SecretBytes::generate(random, 32);
    SEKISHO_CHECK(write_file_durable(person_key, fresh.view(), 0600));
  }
  if (!fs::exists(ledger_key, error)) {
    SEKISHO_TRY(const crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyKind::kEd25519));
    SEKISHO_CHECK(fresh.save(ledger_key));
  }
  SEKISHO_TRY(Bytes secret, read_file(person_key, 1024));
  if (secret.size() != 32) return damaged(person_key, "the key has another length than 32 bytes");
  files.key_ = crypto::SecretBytes(std::move(secret));
  SEKISHO_TRY(crypto::PrivateKey key, crypto::PrivateKey::load(ledger_key));
  SEKISHO_TRY(files.ledger_,
              ledger::Ledger::open(folder / "ledger", std::string(kOrigin), std::move(key), clock, random));
  return files;
}

Result<std::vector<ReleaseItem>> ReleaseFiles::read_items() {
  SEKISHO_TRY(const std::vector<ledger::Entry> entries, ledger_->entries(0, ledger_->size()));
  std::vector<ReleaseItem> items;
  for (const ledger::Entry& entry : entries) {
    if (entry.kind != kKind) continue;
    SEKISHO_TRY(const std::string id, json_string(entry.payload, "item"));
    const fs::path file = folder_ / "items" / (id + ".json");
    SEKISHO_TRY(const std::string text, read_text(file));
    SEKISHO_TRY(const std::string wanted, json_string(entry.payload, "sha256"));
    if (hash_of(text) != wanted) return damaged(file, "the item is not the one the ledger names");
    SEKISHO_TRY(const Json json, parse_json(text, file.string()));
    SEKISHO_TRY(ReleaseItem item, item_from_json(json, file));
    SEKISHO_TRY(members_sha256_[id], json_string(entry.payload, "persons_sha256"));
    SEKISHO_TRY(const std::int64_t registered, json_integer(entry.payload, "registered"));
    registered_ = static_cast<std::size_t>(registered);
    SEKISHO_TRY(register_sha256_, json_string(entry.payload, "register_sha256"));
    items.push_back(std::move(item));
  }
  return items;
}

Result<void> ReleaseFiles::load_persons() {
  const fs::path file = folder_ / "persons.bin";
  std::error_code error;
  if (!fs::exists(file, error)) {
    if (registered_ == 0) return {};
    return damaged(file, "the register of persons is gone");
  }
  SEKISHO_TRY(const Bytes bytes, read_file(file));
  if (bytes.size() % 16 != 0 || bytes.size() < registered_ * 16)
    return damaged(file, "the register of persons is cut off");
  if (to_hex(crypto::sha256(ByteView(bytes).first(registered_ * 16))) != register_sha256_)
    return damaged(file, "the register of persons is not the one the ledger names");
  numbers_.reserve(bytes.size() / 16);
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    PersonKey key;
    std::memcpy(key.data(), bytes.data() + at, 16);
    numbers_.emplace(key, static_cast<std::uint32_t>(at / 16));
  }
  if (numbers_.size() != bytes.size() / 16) return damaged(file, "a person is registered twice");
  return {};
}

std::vector<std::vector<std::uint32_t>> ReleaseFiles::numbers(const std::vector<std::vector<std::string>>& members) {
  order_.clear();
  fresh_.clear();
  std::vector<std::vector<std::uint32_t>> out;
  for (const auto& persons : members) {
    out.emplace_back();
    for (const std::string& person : persons) {
      const crypto::Digest digest = crypto::hmac_sha256(key_.view(), as_bytes(person));
      PersonKey key;
      std::memcpy(key.data(), digest.data(), key.size());
      auto found = numbers_.find(key);
      if (found == numbers_.end()) {
        const auto [added, is_new] = fresh_.emplace(key, static_cast<std::uint32_t>(numbers_.size() + fresh_.size()));
        if (is_new) order_.push_back(key);
        found = added;
      }
      out.back().push_back(found->second);
    }
    std::ranges::sort(out.back());
  }
  return out;
}

Result<std::vector<std::vector<std::uint32_t>>> ReleaseFiles::read_members(const std::string& id) const {
  const fs::path file = folder_ / "items" / (id + ".persons");
  SEKISHO_TRY(const std::string bytes, read_text(file));
  if (hash_of(bytes) != members_sha256_.at(id)) return damaged(file, "the persons are not those the ledger names");
  return decode_members(bytes);
}

Result<void> ReleaseFiles::write(ReleaseItem& item) {
  const std::string members = encode_members(numbers(item.members));
  std::string all;
  if (!numbers_.empty()) {
    SEKISHO_TRY(all, read_text(folder_ / "persons.bin"));
  }
  if (!order_.empty()) {
    for (const PersonKey& key : order_)
      all.append(reinterpret_cast<const char*>(key.data()), key.size());
    SEKISHO_CHECK(write_file_durable(folder_ / "persons.bin", all, 0600));
    numbers_.merge(fresh_);
  }
  item.time = clock_->now().iso();
  const std::string json = item_json(item).dump() + "\n";
  SEKISHO_CHECK(write_file_durable(folder_ / "items" / (item.id + ".persons"), members, 0600));
  SEKISHO_CHECK(write_file_durable(folder_ / "items" / (item.id + ".json"), json, 0600));
  // The entry comes last: what the ledger does not name was never released.
  members_sha256_[item.id] = hash_of(members);
  SEKISHO_CHECK(ledger_->append(kKind, Json{{"item", item.id},
                                            {"project", item.project},
                                            {"output_sha256", item.output_sha256},
                                            {"sha256", hash_of(json)},
                                            {"persons_sha256", members_sha256_[item.id]},
                                            {"registered", numbers_.size()},
                                            {"register_sha256", hash_of(all)}}));
  SEKISHO_CHECK(ledger_->checkpoint());
  return {};
}

Result<MemoryCheck> check_memory(const fs::path& folder, const std::vector<std::string>& remembered) {
  MemoryCheck out;
  SEKISHO_TRY(const std::string pem, read_text(folder / "ledger" / "public.pem"));
  SEKISHO_TRY(const Bytes key, ledger::parse_public_key(pem));
  const ledger::VerifyReport report = ledger::verify(folder / "ledger", key, remembered);
  out.problems = report.problems;
  SEKISHO_TRY(const std::vector<ledger::Entry> entries, ledger::read_entries(folder / "ledger"));
  std::uint64_t registered = 0;
  std::string register_sha256;
  for (const ledger::Entry& entry : entries) {
    if (entry.kind != kKind) continue;
    ++out.items;
    SEKISHO_TRY(const std::string id, json_string(entry.payload, "item"));
    for (const auto& [member, extension] : {std::pair{"sha256", ".json"}, std::pair{"persons_sha256", ".persons"}}) {
      const auto text = read_text(folder / "items" / (id + extension));
      SEKISHO_TRY(const std::string wanted, json_string(entry.payload, member));
      if (!text) {
        out.problems.push_back(fmt::format("items/{}{} cannot be read", id, extension));
      } else if (hash_of(*text) != wanted) {
        out.problems.push_back(fmt::format("items/{}{} was changed after it was kept", id, extension));
      }
    }
    SEKISHO_TRY(const std::int64_t count, json_integer(entry.payload, "registered"));
    registered = static_cast<std::uint64_t>(count);
    SEKISHO_TRY(register_sha256, json_string(entry.payload, "register_sha256"));
  }
  const auto all = read_text(folder / "persons.bin");
  out.persons = all ? all->size() / 16 : 0;
  if (out.persons < registered || (registered > 0 && hash_of(all->substr(0, registered * 16)) != register_sha256))
    out.problems.emplace_back("persons.bin is not the register of persons that the ledger names");
  return out;
}

}  // namespace sekisho::disclosure
