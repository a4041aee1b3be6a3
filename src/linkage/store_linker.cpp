#include "linkage/store_linker.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <numeric>

#include "core/file.h"
#include "core/random.h"
#include "crypto/digest.h"
#include "linkage/identity_arrivals.h"
#include "linkage/journal.h"
#include "store/identity_rows.h"
#include "store/linkage_file.h"

namespace sekisho::linkage {
namespace {

// The model of few registrations is a weak one: up to a million rows it is fitted anew after this growth.
constexpr double kRefitGrowth = 1.25;
constexpr double kMostRefitted = 1e6;
// What a stage has freed goes back to the system, so that the next one finds room within the limit.
void give_back() {
  malloc_trim(0);
}

constexpr std::size_t kMebibyte = std::size_t{1} << 20;
constexpr double kBatchShare = 0.5;  // more arrivals than this share of all are linked with everything

}  // namespace

Result<void> StoreLinker::read() {
  registrations_.emplace();
  SEKISHO_CHECK(store_.each_registration([&](const store::RegistrationRow& row) { registrations_->add(row); }));
  past_.emplace(registrations_->size());
  bool known = true;
  SEKISHO_CHECK(store_.each_linkage_event([&](const store::LinkageEvent& event) {
    known = past_->add(registrations_->find(event.reg), event.person) && known;
    newest_event_ = event.number;
  }));
  if (!known) return fail("linkage.events", "the store has persons whose ids this program does not write");
  by_keys_ = registrations_->join();
  report_.big_blocks = by_keys_->big_blocks().size();
  return {};
}

Result<void> StoreLinker::link() {
  SEKISHO_TRY(const bool done, by_model());
  if (!done) {
    std::vector<std::uint32_t> every(registrations_->size());
    std::iota(every.begin(), every.end(), 0u);
    change(every, *by_keys_, nullptr);
  }
  for (std::uint32_t node = 0; node < registrations_->size(); ++node)
    person_of_.push_back(past_->person(node));
  for (const PersonChange& one : changes_.all)
    person_of_[one.node] = one.person;
  std::vector<std::uint32_t> persons = person_of_;
  std::ranges::sort(persons);
  const auto distinct = std::ranges::unique(persons).begin() - persons.begin();
  report_.registrations = registrations_->size(), report_.persons = static_cast<std::uint64_t>(distinct);
  return {};
}

void StoreLinker::change(const std::vector<std::uint32_t>& scope, const Components& by_keys, const ModelLinks* model) {
  changes_ = person_changes(*registrations_, scope, *past_, by_keys, model);
  report_.events = changes_.all.size(), report_.new_persons = changes_.new_persons;
  report_.merges = changes_.merges, report_.splits = changes_.splits, report_.by_model = changes_.by_model;
}

Result<bool> StoreLinker::by_model() {
  if (options_.spec.empty()) return false;
  SEKISHO_TRY(const std::string text, read_text(options_.spec));
  SEKISHO_TRY(spec_, ModelSpec::parse(text, options_.spec.string()));
  if (registrations_->size() < options_.fewest) {
    report_.reason = "too few registrations for the model";
    return false;
  }
  SEKISHO_TRY(files_, store::identity_files(store_));
  SEKISHO_TRY(const identity::CanonicalVersion canonical, store_.key_version());
  SEKISHO_TRY(const std::vector<Decision> decisions, load_decisions(options_.decisions));
  IdentityInput input;
  input.decisions = standing(decisions);
  for (std::uint32_t node = 0; node < registrations_->size(); ++node)
    if (const std::uint32_t root = by_keys_->root_of(node); root != node)
      input.by_keys.emplace_back(registrations_->reg(root), registrations_->reg(node));
  input.review = options_.review;
  report_.decisions = input.decisions.size();
  now_.spec = to_hex(crypto::sha256(as_bytes(text)));
  now_.canonical = identity::name_of(canonical);
  now_.decisions = input.decisions;
  for (const auto& [hash, hospital] : files_)
    now_.files.insert(hash);
  SEKISHO_TRY(report_.full_because, why_everything(input));
  report_.full = !report_.full_because.empty();
  SEKISHO_CHECK(report_.full ? link_everything(std::move(input)) : link_arrivals_only(std::move(input)));
  report_.method = "model";
  return true;
}

Result<std::string> StoreLinker::why_everything(const IdentityInput&) {
  if (options_.full) return "asked for";
  SEKISHO_TRY(const std::size_t versions, expected_versions());
  if (options_.memory != 0 && arrivals_memory(registrations_->size(), versions) > options_.memory)
    return "the memory allowed does not hold the state of the last linkage";
  auto read = IdentityState::read(store_, *spec_);
  if (!read) return "the state of the last linkage cannot be read: " + read.error().code;
  if (!*read) return "there is no state of an earlier linkage";
  state_ = std::move(*read);
  const IdentityState::Head& head = state_->head;
  if (head.spec != now_.spec) return "the spec has changed";
  if (head.canonical != now_.canonical) return "the exact keys have changed";
  if (head.event != newest_event_) return "persons have changed since the last linkage";
  if (!std::ranges::includes(now_.files, head.files)) return "identity records have been erased";
  const auto rows = static_cast<double>(state_->state.live_rows());
  if (rows <= static_cast<double>(spec_->all_pairs_below)) return "the store is small";
  SEKISHO_TRY(const bool fits, read_arrivals());
  if (!fits) return "registrations have left, or know fields that the model does not";
  const auto arrived = static_cast<double>(fresh_->table.rows);
  const double fitted = state_->state.frozen().groups_at_fit;
  if (arrived > kBatchShare * rows) return "most registrations are new";
  if (rows + arrived > kRefitGrowth * fitted && fitted <= kMostRefitted)
    return "the model is one of fewer registrations";
  return std::string();
}

// What is stored repeats itself: how much of it are versions shows when it is read.
Result<std::size_t> StoreLinker::expected_versions() {
  SEKISHO_TRY(const std::uint64_t stored, store::identity_versions(store_));
  return std::min<std::size_t>(stored, registrations_->size() + registrations_->size() / 2);
}

// False: something other than arrivals has happened.
Result<bool> StoreLinker::read_arrivals() {
  std::set<std::string> fresh_files;
  std::ranges::set_difference(now_.files, state_->head.files, std::inserter(fresh_files, fresh_files.end()));
  std::set<std::string> touched, known;
  std::vector<IdentityVersion> fresh;
  if (!fresh_files.empty())
    SEKISHO_CHECK(store::each_identity(
        store_,
        [&](const std::string& reg, records::IdentityRecord& record) {
          const std::uint64_t content = state_->content_key(reg, record);
          if (state_->knows(content)) return;
          new_contents_.push_back(content);
          if (touched.insert(reg).second && !state_->rows_of(reg).empty()) known.insert(reg);
          if (!known.contains(reg)) fresh.push_back({reg, hospital_of(reg), std::move(record)});
        },
        {.files = &fresh_files, .registration = [&](const std::string& reg) { return takes_part(reg); }}));
  // Who was known and has changed is read whole, from all files of the hospital.
  SEKISHO_TRY(std::vector<IdentityVersion> changed, versions_of(known));
  std::vector<IdentityVersion> arrived;
  std::ranges::merge(fresh, changed, std::back_inserter(arrived), {}, &IdentityVersion::reg, &IdentityVersion::reg);
  report_.arrivals = touched.size();
  fresh_.emplace(*spec_, std::move(arrived));
  for (std::size_t f = 0; f < spec_->fields.size(); ++f)
    if (fresh_->table.columns[f].present && !state_->state.frozen().present[f]) return false;
  std::unordered_set<std::string_view> there;
  for (std::uint32_t row = 0; row < state_->state.rows(); ++row)
    if (!state_->state.removed(row)) there.insert(registration_of(state_->state.id(row)));
  return there.size() + touched.size() - known.size() == registrations_->size();
}

Result<std::vector<IdentityVersion>> StoreLinker::versions_of(const std::set<std::string>& regs) {
  std::vector<IdentityVersion> out;
  if (regs.empty()) return out;
  std::set<std::string> hospitals, files;
  for (const std::string& reg : regs)
    hospitals.insert(hospital_of(reg));
  for (const auto& [hash, hospital] : files_)
    if (hospitals.contains(hospital)) files.insert(hash);
  SEKISHO_CHECK(store::each_identity(
      store_,
      [&](const std::string& reg, records::IdentityRecord& record) {
        out.push_back({reg, hospital_of(reg), std::move(record)});
      },
      {.files = &files, .registration = [&](const std::string& reg) { return regs.contains(reg); }}));
  return out;
}

std::vector<std::string> StoreLinker::newly_decided(const std::vector<Decision>& now) const {
  std::set<std::string> before, after, regs;
  for (const Decision& one : state_->head.decisions)
    before.insert(one.to_json().dump());
  for (const Decision& one : now)
    after.insert(one.to_json().dump());
  const auto add = [&](const std::vector<Decision>& list, const std::set<std::string>& other) {
    for (const Decision& one : list)
      if (!other.contains(one.to_json().dump())) regs.insert(one.a), regs.insert(one.b);
  };
  add(state_->head.decisions, after);
  add(now, before);
  return {regs.begin(), regs.end()};
}

Result<void> StoreLinker::link_arrivals_only(IdentityInput input) {
  Arrivals arrivals{.fresh = std::move(*fresh_),
                    .others = newly_decided(input.decisions),
                    .input = std::move(input),
                    .versions_of = [&](const std::set<std::string>& regs) { return versions_of(regs); }};
  SEKISHO_TRY(ArrivalLinks done, link_arrivals(*spec_, state_->state, arrivals));
  std::vector<std::uint32_t> scope;
  for (const std::string& reg : done.scope)
    if (takes_part(reg)) scope.push_back(registrations_->find(reg));
  change(scope, registrations_->join(scope), &done.links);
  registrations_->forget_keys();
  give_back();
  scope_ = std::move(done.scope);
  report_.decided = scope_.size();
  return options_.review.output.empty() ? Result<void>{} : write_queue(std::move(done.links.queue), scope_);
}

// Pairs about others than those who were decided stay in the file.
Result<void> StoreLinker::write_queue(Json queue, const std::vector<std::string>& scope) {
  const auto before = read_json(options_.review.output);
  if (queue.is_null()) {
    if (!before) return {};
    queue = *before;
    queue["pairs"] = Json::array(), queue["open"] = 0;
  }
  if (report_.full == false && before)
    queue = merged_queue(*before, std::move(queue), options_.review.zone.most,
                         [&](const std::string& a, const std::string& b) {
                           return takes_part(a) && takes_part(b) && !std::ranges::binary_search(scope, a) &&
                                  !std::ranges::binary_search(scope, b);
                         });
  report_.open_pairs = queue["open"].get<std::uint64_t>();
  return write_review_file(options_.review.output, queue);
}

// Reads the identity records part by part, so that only as many at once are held as the memory allows besides the rows
// that are made of them.
Result<void> StoreLinker::read_everything(VersionTable& rows) {
  SEKISHO_TRY(const std::uint64_t stored, store::identity_versions(store_));
  SEKISHO_TRY(const std::size_t versions, expected_versions());
  const std::size_t all = registrations_->size();
  const auto fits = [&](std::size_t needed) -> Result<void> {
    if (options_.memory == 0 || needed <= options_.memory) return {};
    const std::size_t enough = model_memory(all, stored);  // whatever repeats itself
    return fail("linkage.memory",
                fmt::format("the model needs {} MiB for {} registrations, and may have {}",
                            (enough + kMebibyte - 1) / kMebibyte, all, options_.memory / kMebibyte),
                {}, "Allow more: center link --memory MIB. Persons stay as they are until then.");
  };
  SEKISHO_CHECK(fits(model_memory(all, versions)));
  std::size_t at_once = stored;
  if (options_.memory != 0)
    at_once = std::min(at_once, (options_.memory - rows_memory(all, versions)) / kReadingMemory);
  const std::size_t parts = std::max<std::size_t>(1, (stored + at_once - 1) / at_once);
  rows.expect(all, versions);
  for (std::size_t part = 0; part < parts; ++part) {
    const auto border = [&](std::size_t at) {
      const auto node = static_cast<std::uint32_t>(all * at / parts);
      return at == 0 || at == parts ? std::string() : std::string(registrations_->reg(node));
    };
    store::IdentityFilter filter;
    filter.registration = [&](const std::string& reg) { return takes_part(reg); };
    filter.from = border(part), filter.until = border(part + 1);
    SEKISHO_CHECK(store::each_identity(
        store_,
        [&](const std::string& reg, records::IdentityRecord& record) {
          new_contents_.push_back(content_key(seed_, reg, record));
          rows.add({reg, hospital_of(reg), std::move(record)});
        },
        filter));
    give_back();
    SEKISHO_CHECK(fits(model_memory(all, new_contents_.size())));
    options_.tell("reading", part + 1, parts);
  }
  report_.passes = parts;
  rows.finish();
  give_back();
  return {};
}

Result<void> StoreLinker::link_everything(IdentityInput input) {
  state_.reset(), fresh_.reset(), new_contents_.clear();
  registrations_->forget_keys();
  give_back();
  system_random().fill({reinterpret_cast<std::uint8_t*>(&seed_), sizeof seed_});
  auto rows = std::make_shared<VersionTable>(*spec_);
  SEKISHO_CHECK(read_everything(*rows));
  whole_.emplace();
  SEKISHO_TRY(ModelLinks links, model_links(
                                    *spec_, std::move(rows), input,
                                    [&](const std::set<std::string>& regs) { return versions_of(regs); }, &*whole_));
  std::vector<std::uint32_t> every(registrations_->size());
  std::iota(every.begin(), every.end(), 0u);
  change(every, *by_keys_, &links);
  report_.decided = every.size();
  give_back();
  return options_.review.output.empty() ? Result<void>{} : write_queue(std::move(links.queue), {});
}

Result<void> StoreLinker::keep() {
  now_.event = newest_event_ + events();
  const auto person_of = [&](std::string_view reg) { return person_of_[registrations_->find(reg)]; };
  Result<void> done;
  if (whole_) {
    done = write_identity_state(store_, *spec_, now_, std::move(new_contents_), seed_, *whole_, person_of);
  } else if (!state_ || report_.method != "model") {
    if (spec_) done = store::drop_linkage_file(store_);
  } else if (!scope_.empty() || events() > 0 || now_.files != state_->head.files) {
    for (const std::string& reg : scope_)
      for (const std::uint32_t row : state_->rows_of(reg))
        state_->state.set_person(state_->state.group_of(row), person_of(reg));
    state_->head = now_;
    state_->contents.insert(state_->contents.end(), new_contents_.begin(), new_contents_.end());
    std::ranges::sort(state_->contents);
    done = state_->write(store_, *spec_);
  }
  whole_.reset(), state_.reset();
  give_back();
  return done;
}

}  // namespace sekisho::linkage
