#include "linkage/store_linker.h"

#include <algorithm>

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
constexpr std::size_t kLeastAtOnce = 2000;  // identity records that are read at once at least
constexpr double kBatchShare = 0.5;         // more arrivals than this share of all are linked with everything

}  // namespace

Result<void> StoreLinker::read() {
  SEKISHO_CHECK(store_.each_registration([&](const store::RegistrationRow& row) { rows_.push_back(row); }));
  SEKISHO_TRY(past_, store_.linkage_events());
  std::vector<const store::RegistrationRow*> order;
  for (const store::RegistrationRow& row : rows_)
    order.push_back(&row);
  std::ranges::sort(order, {}, &store::RegistrationRow::reg);
  for (const store::RegistrationRow* row : order) {
    if (!regs_.empty() && regs_.back() == row->reg) continue;
    regs_.emplace_back(row->reg), hospital_of_.emplace_back(row->hospital.text);
  }
  person_of_.assign(regs_.size(), 0);
  take_persons(past_);
  return {};
}

std::size_t StoreLinker::place_of(std::string_view reg) const {
  const auto at = std::ranges::lower_bound(regs_, reg);
  return at == regs_.end() || *at != reg ? kNobody : static_cast<std::size_t>(at - regs_.begin());
}

void StoreLinker::take_persons(const std::vector<store::LinkageEvent>& events) {
  for (const store::LinkageEvent& event : events)
    if (const std::size_t place = place_of(event.reg); place != kNobody)
      person_of_[place] = person_number(event.person);
}

Result<std::optional<StoreLinks>> StoreLinker::link() {
  if (options_.spec.empty()) return std::nullopt;
  SEKISHO_TRY(const std::string text, read_text(options_.spec));
  SEKISHO_TRY(spec_, ModelSpec::parse(text, options_.spec.string()));
  if (regs_.size() < options_.fewest) {
    report_.reason = "too few registrations for the model";
    return std::nullopt;
  }
  SEKISHO_TRY(files_, store::identity_files(store_));
  SEKISHO_TRY(const identity::CanonicalVersion canonical, store_.key_version());
  SEKISHO_TRY(const std::vector<Decision> decisions, load_decisions(options_.decisions));
  IdentityInput input;
  input.decisions = standing(decisions);
  input.by_keys = key_pairs(rows_);
  input.review = options_.review;
  report_.decisions = input.decisions.size();
  now_.spec = to_hex(crypto::sha256(as_bytes(text)));
  now_.canonical = identity::name_of(canonical);
  now_.decisions = input.decisions;
  for (const auto& [hash, hospital] : files_)
    now_.files.insert(hash);
  SEKISHO_TRY(report_.full_because, why_everything(input));
  report_.full = !report_.full_because.empty();
  return report_.full ? link_everything(std::move(input)) : link_arrivals_only(std::move(input));
}

Result<std::string> StoreLinker::why_everything(const IdentityInput&) {
  if (options_.full) return "asked for";
  auto read = IdentityState::read(store_, *spec_);
  if (!read) return "the state of the last linkage cannot be read: " + read.error().code;
  if (!*read) return "there is no state of an earlier linkage";
  state_ = std::move(*read);
  const IdentityState::Head& head = state_->head;
  if (head.spec != now_.spec) return "the spec has changed";
  if (head.canonical != now_.canonical) return "the exact keys have changed";
  const std::uint64_t newest = past_.empty() ? 0 : past_.back().number;
  if (head.event != newest) return "persons have changed since the last linkage";
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
  return there.size() + touched.size() - known.size() == regs_.size();
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

Result<std::optional<StoreLinks>> StoreLinker::link_arrivals_only(IdentityInput input) {
  Arrivals arrivals{.fresh = std::move(*fresh_),
                    .others = newly_decided(input.decisions),
                    .input = std::move(input),
                    .versions_of = [&](const std::set<std::string>& regs) { return versions_of(regs); }};
  SEKISHO_TRY(ArrivalLinks done, link_arrivals(*spec_, state_->state, arrivals));
  StoreLinks out;
  out.links = std::move(done.links);
  for (const store::RegistrationRow& row : rows_)
    if (std::ranges::binary_search(done.scope, row.reg)) out.rows.push_back(row);
  scope_ = std::move(done.scope);
  report_.method = "model", report_.decided = scope_.size();
  if (!options_.review.output.empty()) SEKISHO_CHECK(write_queue(std::move(out.links.queue), scope_));
  return out;
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
// that are made of them. False: the rows themselves are too many.
Result<bool> StoreLinker::read_everything(VersionTable& rows) {
  const std::size_t needed = model_memory(regs_.size(), regs_.size());
  std::size_t at_once = regs_.size();
  if (options_.memory != 0) {
    if (needed + kLeastAtOnce * kReadingMemory > options_.memory) return false;
    at_once = std::min(at_once, (options_.memory - needed) / kReadingMemory);
  }
  std::vector<std::string> borders;  // the first registration of each part but the first
  for (std::size_t at = at_once; at < regs_.size(); at += at_once)
    borders.emplace_back(regs_[at]);
  report_.passes = borders.size() + 1;
  std::size_t versions = 0;
  bool fits = true;
  for (std::size_t part = 0; part <= borders.size() && fits; ++part) {
    store::IdentityFilter filter;
    filter.registration = [&](const std::string& reg) { return takes_part(reg); };
    if (part > 0) filter.from = borders[part - 1];
    if (part < borders.size()) filter.until = borders[part];
    SEKISHO_CHECK(store::each_identity(
        store_,
        [&](const std::string& reg, records::IdentityRecord& record) {
          fits = fits && (options_.memory == 0 || model_memory(regs_.size(), ++versions) <= options_.memory);
          if (!fits) return;
          new_contents_.push_back(content_key(seed_, reg, record));
          rows.add({reg, hospital_of(reg), std::move(record)});
        },
        filter));
    options_.tell("reading", part + 1, borders.size() + 1);
  }
  rows.finish();
  return fits;
}

Result<std::optional<StoreLinks>> StoreLinker::link_everything(IdentityInput input) {
  state_.reset(), fresh_.reset(), new_contents_.clear();
  system_random().fill({reinterpret_cast<std::uint8_t*>(&seed_), sizeof seed_});
  auto rows = std::make_shared<VersionTable>(*spec_);
  SEKISHO_TRY(const bool fits, read_everything(*rows));
  if (!fits) {
    report_.reason = "the memory that the configuration allows is too small for the model";
    return std::nullopt;
  }
  StoreLinks out;
  whole_.emplace();
  SEKISHO_TRY(out.links, model_links(
                             *spec_, std::move(rows), input,
                             [&](const std::set<std::string>& regs) { return versions_of(regs); }, &*whole_));
  out.rows = rows_;
  report_.method = "model", report_.decided = regs_.size();
  if (!options_.review.output.empty()) SEKISHO_CHECK(write_queue(std::move(out.links.queue), {}));
  return out;
}

void StoreLinker::count_all(const std::vector<store::LinkageEvent>& events) {
  take_persons(events);
  std::vector<std::uint32_t> persons = person_of_;
  std::ranges::sort(persons);
  const auto distinct = std::ranges::unique(persons).begin() - persons.begin();
  report_.registrations = regs_.size(), report_.persons = static_cast<std::uint64_t>(distinct);
}

Result<void> StoreLinker::keep(const std::vector<store::LinkageEvent>& events) {
  now_.event = report_.state;
  const auto person_of = [&](const std::string& reg) { return person_of_[place_of(reg)]; };
  if (whole_) return write_identity_state(store_, *spec_, now_, std::move(new_contents_), seed_, *whole_, person_of);
  if (!state_ || report_.method != "model") return spec_ ? store::drop_linkage_file(store_) : Result<void>{};
  if (scope_.empty() && events.empty() && now_.files == state_->head.files) return {};
  for (const std::string& reg : scope_)
    for (const std::uint32_t row : state_->rows_of(reg))
      state_->state.set_person(state_->state.group_of(row), person_of(reg));
  state_->head = now_;
  state_->contents.insert(state_->contents.end(), new_contents_.begin(), new_contents_.end());
  std::ranges::sort(state_->contents);
  return state_->write(store_, *spec_);
}

}  // namespace sekisho::linkage
