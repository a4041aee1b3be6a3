#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "core/file.h"
#include "release/dataset.h"
#include "release/overlap.h"
#include "unseal/unseal.h"

namespace sekisho::release {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMagic = "sekisho-members-1\n";
constexpr std::string_view kList = ".members", kRecalled = ".recalled", kDecision = ".decision";

void put(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i)
    out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

// Reads what to_bytes() wrote; stops at anything that does not fit.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint32_t number() {
    const std::string_view part = take(4);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < part.size(); ++i)
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(part[i])) << (8 * i);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }
  bool good() const { return good_; }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

std::unexpected<Error> damaged(std::string_view dataset) {
  return fail("overlap.damaged", fmt::format("the list of persons of release '{}' cannot be read", dataset), {},
              "Restore the folder of releases from the backup: without it nothing can be compared.");
}

Bytes derived(ByteView key, std::string_view use) {
  const crypto::Digest digest = crypto::hmac_sha256(key, as_bytes(use));
  return {digest.begin(), digest.end()};
}

}  // namespace

std::string Membership::to_bytes() const {
  const Json head{{"dataset", dataset},
                  {"purpose", purpose},
                  {"created", created},
                  {"k", k},
                  {"quasi", quasi},
                  {"classes", classes},
                  {"m", m}};
  const std::string text = head.dump();
  std::string out(kMagic);
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
  put(out, static_cast<std::uint32_t>(persons.size()));
  for (const Person& person : persons) {
    put(out, static_cast<std::uint32_t>(person.tokens.size()));
    for (const Token& token : person.tokens)
      out.append(as_text(token));
    put(out, static_cast<std::uint32_t>(person.classes.size()));
    for (const std::uint32_t one : person.classes)
      put(out, one);
  }
  return out;
}

Result<Membership> Membership::from_bytes(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.take(kMagic.size()) != kMagic) return damaged("?");
  const auto head = parse_json(reader.take(reader.number()));
  Membership out;
  if (!reader.good() || !head || !head->is_object() || !head->contains("quasi") || !head->contains("classes"))
    return damaged("?");
  try {
    out.dataset = head->at("dataset").get<std::string>();
    out.purpose = head->at("purpose").get<std::string>();
    out.created = head->at("created").get<std::string>();
    out.k = head->at("k").get<std::size_t>();
    out.m = head->value("m", 0);
    out.quasi = head->at("quasi").get<std::vector<std::string>>();
    out.classes = head->at("classes").get<std::vector<std::vector<std::string>>>();
  } catch (const Json::exception&) {  // a member of another type: told as a value
    return damaged("?");
  }
  const std::uint32_t count = reader.number();
  for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
    Person person;
    const std::uint32_t tokens = reader.number();
    for (std::uint32_t t = 0; t < tokens && reader.good(); ++t) {
      Token token{};
      const std::string_view part = reader.take(token.size());
      if (reader.good()) std::memcpy(token.data(), part.data(), token.size());
      person.tokens.push_back(token);
    }
    const std::uint32_t places = reader.number();
    for (std::uint32_t c = 0; c < places && reader.good(); ++c) {
      person.classes.push_back(reader.number());
      if (person.classes.back() >= out.classes.size()) return damaged(out.dataset);
    }
    out.persons.push_back(std::move(person));
  }
  if (!reader.good() || reader.left() != 0) return damaged(out.dataset);
  return out;
}

Result<Register> Register::open(fs::path folder, const fs::path& keys, Random& random) {
  SEKISHO_CHECK(make_folders(folder, 0700));
  SEKISHO_CHECK(make_folders(keys, 0700));
  const fs::path file = keys / "release_overlap.key";
  std::error_code error;
  if (!fs::exists(file, error)) {
    // Another key would recognise nobody: it may only be made where nothing was kept yet.
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == kList)
        return fail("overlap.key", "the key that recognises the persons of earlier releases is not there",
                    {.file = file.string()}, "Restore it from the backup of the keys.");
    SEKISHO_CHECK(write_file_durable(file, crypto::SecretBytes::generate(random, 32).view(), 0600));
  }
  SEKISHO_TRY(Bytes key, read_file(file, 64));
  if (key.size() != 32) return fail("overlap.key", "the key has another length than 32 bytes", {.file = file.string()});
  return Register(std::move(folder), crypto::SecretBytes(std::move(key)));
}

Token Register::token(std::string_view registration) const {
  const crypto::Digest digest = crypto::hmac_sha256(key_.view(), as_bytes("member " + std::string(registration)));
  Token out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::string Register::person_token(std::string_view person) const {
  const crypto::Digest digest = crypto::hmac_sha256(key_.view(), as_bytes("person " + std::string(person)));
  return to_hex(ByteView(digest).first(std::tuple_size_v<Token>));
}

Result<void> Register::keep(const Membership& membership, Random& random) const {
  const crypto::SecretBytes seal(derived(key_.view(), "seal"));
  SEKISHO_TRY(const Bytes sealed,
              crypto::aead_seal(seal.view(), as_bytes(membership.to_bytes()), as_bytes(membership.dataset), random));
  return write_file_durable(folder_ / (membership.dataset + std::string(kList)), sealed, 0600);
}

Result<std::string> Register::keep_decision(const std::string& dataset, const anonymize::HistoryDecision& decision,
                                            Random& random) const {
  anonymize::HistoryDecision named = decision;
  for (anonymize::HistoryDecision::Gone& one : named.gone)
    one.person = person_token(one.person);
  named.tidy();
  // The salt: who has the manifest cannot try out decisions.
  const std::string text = to_hex(crypto::SecretBytes::generate(random, 16).view()) + "\n" + named.to_csv();
  const crypto::SecretBytes seal(derived(key_.view(), "decision"));
  SEKISHO_TRY(const Bytes sealed, crypto::aead_seal(seal.view(), as_bytes(text), as_bytes(dataset), random));
  SEKISHO_CHECK(write_file_durable(folder_ / (dataset + std::string(kDecision)), sealed, 0600));
  return to_hex(crypto::sha256(as_bytes(text)));
}

Result<anonymize::HistoryDecision> Register::decision(const std::string& dataset, const std::string& sha256,
                                                      const std::vector<std::string>& persons) const {
  const fs::path file = folder_ / (dataset + std::string(kDecision));
  const auto wrong = [&](std::string what) {
    return fail(
        "release.decision", std::move(what), {.file = file.string()},
        "Restore the folder of releases from the backup: a rebuild repeats what was decided, it decides nothing.");
  };
  const auto sealed = read_file(file);
  if (!sealed) return wrong("what was decided about this release is not there");
  const crypto::SecretBytes seal(derived(key_.view(), "decision"));
  const auto bytes = unseal::aead_open(seal.view(), *sealed, as_bytes(dataset));
  if (!bytes) return wrong("what was decided about this release cannot be opened");
  if (to_hex(crypto::sha256(*bytes)) != sha256) return wrong("the manifest was signed over another decision");
  const std::string_view text = as_text(*bytes);
  SEKISHO_TRY(anonymize::HistoryDecision out, anonymize::HistoryDecision::from_csv(text.substr(text.find('\n') + 1)));
  std::map<std::string, std::string, std::less<>> named;
  for (const std::string& person : persons)
    named[person_token(person)] = person;
  for (anonymize::HistoryDecision::Gone& one : out.gone)
    if (const auto found = named.find(one.person); found != named.end()) one.person = found->second;
  return out;
}

Result<void> Register::keep_report(const std::string& dataset, const Json& report) const {
  return write_file_durable(folder_ / (dataset + ".overlap.json"), report.dump(2) + "\n", 0600);
}

Result<std::vector<Membership>> Register::earlier() const {
  const crypto::SecretBytes seal(derived(key_.view(), "seal"));
  std::vector<Membership> out;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != kList) continue;
    const std::string name = it->path().stem().string();
    if (fs::exists(folder_ / (name + std::string(kRecalled)))) continue;
    SEKISHO_TRY(const Bytes sealed, read_file(it->path()));
    const auto bytes = unseal::aead_open(seal.view(), sealed, as_bytes(name));
    if (!bytes) return damaged(name);
    SEKISHO_TRY(Membership one, Membership::from_bytes(as_text(*bytes)));
    out.push_back(std::move(one));
  }
  if (error) return fail("overlap.read", "cannot list the folder of releases: " + error.message());
  std::ranges::sort(out, {}, [](const Membership& one) { return std::pair(one.created, one.dataset); });
  return out;
}

Result<void> Register::recall(const std::string& dataset) const {
  std::error_code error;
  if (!detail::is_dataset_name(dataset) || !fs::exists(folder_ / (dataset + std::string(kList)), error))
    return fail("overlap.unknown", fmt::format("no release '{}' is on the list", dataset));
  return write_file_durable(folder_ / (dataset + std::string(kRecalled)), std::string_view(), 0600);
}

}  // namespace sekisho::release
