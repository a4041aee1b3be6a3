#include "linkage/review_queue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "core/file.h"
#include "core/random.h"
#include "crypto/digest.h"

namespace sekisho::linkage {
namespace {

struct Found {
  std::uint32_t a = 0, b = 0;  // groups
  float weight = 0;
};

// The record by which a group is known: the one whose id comes first.
std::vector<std::uint32_t> speakers(const QueueInput& input) {
  std::vector<std::uint32_t> row(input.table.first_of.size(), UINT32_MAX);
  for (const std::uint32_t r : input.row_order)
    if (std::uint32_t& known = row[input.table.group[r]]; known == UINT32_MAX) known = r;
  return row;
}

// By ids of both records, of each two ids the pair that says most: a registration may have several versions. Records
// that a decision names are groups of their own (decided_rows), so that ids tell which pairs people decided.
template <class Id>
std::vector<Found> open_pairs(const QueueInput& input, const GreyZone& zone, const Id& id) {
  std::set<std::pair<std::string_view, std::string_view>> decided;
  for (const Decision& one : input.decisions)
    decided.insert(std::minmax<std::string_view>(one.a, one.b));
  std::vector<Found> out;
  for (const Edge& edge : input.edges) {
    const double probability = probability_of(edge.weight);
    const bool joined = input.person[edge.a] == input.person[edge.b];
    const bool grey = probability >= zone.low && probability <= zone.high;
    if (!grey && !(probability > 0.5 && !joined)) continue;
    const bool ordered = id(edge.a) <= id(edge.b);
    const Found one{ordered ? edge.a : edge.b, ordered ? edge.b : edge.a, edge.weight};
    if (id(one.a) != id(one.b) && !decided.contains({id(one.a), id(one.b)})) out.push_back(one);
  }
  std::ranges::sort(out, [&](const Found& x, const Found& y) {
    return std::tuple(id(x.a), id(x.b), -x.weight, x.a, x.b) < std::tuple(id(y.a), id(y.b), -y.weight, y.a, y.b);
  });
  const auto repeated = std::ranges::unique(
      out, [&](const Found& x, const Found& y) { return id(x.a) == id(y.a) && id(x.b) == id(y.b); });
  out.erase(repeated.begin(), repeated.end());
  return out;
}

// Pairs that two persons or more have decided, the newest first, and the decision of each. Of several versions the pair
// that says most.
struct FoundDecided {
  Found pair;
  const Decision* decision = nullptr;
};

template <class Id>
std::vector<FoundDecided> decided_pairs(const QueueInput& input, const Id& id) {
  std::map<std::string_view, std::vector<std::uint32_t>> groups;
  for (const Decision& one : input.decisions)
    groups[one.a], groups[one.b];
  for (std::uint32_t group = 0; group < input.table.first_of.size() && !groups.empty(); ++group)
    if (const auto at = groups.find(id(group)); at != groups.end()) at->second.push_back(group);
  std::vector<FoundDecided> out;
  for (const Decision& one : input.decisions) {
    if (one.by.size() < 2) continue;
    FoundDecided best{{0, 0, -std::numeric_limits<float>::infinity()}, nullptr};
    for (const std::uint32_t a : groups[one.a])
      for (const std::uint32_t b : groups[one.b])
        if (const float weight = input.linker.weight_of_fields(a, b);
            best.decision == nullptr || weight > best.pair.weight)
          best = {{a, b, weight}, &one};
    if (best.decision != nullptr) out.push_back(best);
  }
  std::ranges::stable_sort(out, std::ranges::greater(), [](const FoundDecided& one) { return one.decision->at; });
  return out;
}

Json record_json(const QueueInput& input, const RawRows& raw, std::uint32_t row) {
  Json out = Json::object();
  for (std::size_t f = 0; f < input.spec.fields.size(); ++f)
    if (const auto& value = raw.at(row)[f]; !value.empty()) out[input.spec.fields[f].name] = value;
  return out;
}

std::optional<OpenPair::Decided> decided_of(const Json& json) {
  OpenPair::Decided out;
  for (const char* member : {"by", "verdict", "at"})
    if (!json.is_object() || !json.contains(member)) return std::nullopt;
  const auto verdict = json["verdict"].is_string() ? verdict_of(json["verdict"].get<std::string>()) : std::nullopt;
  if (!verdict || *verdict == Verdict::kOpen || !json["at"].is_string() || !json["by"].is_array()) return std::nullopt;
  for (const Json& name : json["by"])
    if (name.is_string()) out.by.push_back(name.get<std::string>());
  out.verdict = *verdict, out.at = json["at"].get<std::string>();
  return out;
}

}  // namespace

Result<Json> review_queue(const QueueInput& input, const GreyZone& zone) {
  const std::vector<std::uint32_t> speaker = speakers(input);
  const auto id = [&](std::uint32_t group) { return input.table.ids[speaker[group]]; };
  std::vector<Found> found = open_pairs(input, zone, id);
  const std::size_t all = found.size();
  std::ranges::sort(found, [&](const Found& x, const Found& y) {
    const float far_x = std::abs(x.weight), far_y = std::abs(y.weight);
    if (far_x != far_y) return far_x < far_y;
    return std::pair(id(x.a), id(x.b)) < std::pair(id(y.a), id(y.b));
  });
  if (found.size() > zone.most) found.resize(zone.most);

  const std::vector<FoundDecided> decided = decided_pairs(input, id);
  std::set<std::uint32_t> rows;
  for (const Found& one : found)
    rows.insert({speaker[one.a], speaker[one.b]});
  for (const FoundDecided& one : decided)
    rows.insert({speaker[one.pair.a], speaker[one.pair.b]});
  SEKISHO_TRY(const RawRows raw, input.values(rows));
  std::vector<std::uint32_t> size(input.person.size(), 0);
  for (std::size_t group = 0; group < input.person.size(); ++group)
    size[input.person[group]] += input.table.size_of[group];

  Bytes salt(32);  // so that ids of pairs, which logs and ledgers name, cannot be tried out
  system_random().fill(salt);
  Json out{
      {"review", 1}, {"salt", to_hex(salt)}, {"zone", {zone.low, zone.high}}, {"open", all}, {"pairs", Json::array()}};
  const auto pair_json = [&](const Found& one) {
    Json pair{{"a", id(one.a)}, {"b", id(one.b)}};
    pair["joined"] = input.person[one.a] == input.person[one.b];
    pair["records_a"] = size[input.person[one.a]], pair["records_b"] = size[input.person[one.b]];
    pair["record_a"] = record_json(input, raw, speaker[one.a]);
    pair["record_b"] = record_json(input, raw, speaker[one.b]);
    pair["waterfall"] = input.linker.waterfall(one.a, one.b);
    return pair;
  };
  for (const Found& one : found)
    out["pairs"].push_back(pair_json(one));
  for (const FoundDecided& one : decided) {
    out["pairs"].push_back(pair_json(one.pair));
    out["pairs"].back()["decided"] = {
        {"by", one.decision->by}, {"verdict", verdict_name(one.decision->verdict)}, {"at", one.decision->at}};
  }
  return out;
}

Result<void> write_review_file(const std::filesystem::path& file, const Json& queue) {
  SEKISHO_CHECK(remove_file(file));  // a file that was there may be readable by others
  return write_file_durable(file, queue.dump(1, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
}

Result<std::size_t> write_review_queue(const QueueInput& input, const ReviewRequest& request) {
  SEKISHO_TRY(const Json queue, review_queue(input, request.zone));
  SEKISHO_CHECK(write_review_file(request.output, queue));
  return queue["open"].get<std::size_t>();
}

Json merged_queue(const Json& before, Json fresh, std::size_t most,
                  const std::function<bool(const std::string& a, const std::string& b)>& stays) {
  if (!before.is_object() || !before.contains("pairs") || !before.contains("salt")) return fresh;
  fresh["salt"] = before["salt"];  // pairs keep their ids
  std::size_t gone = 0;
  for (const Json& pair : before["pairs"])
    if (stays(pair.value("a", ""), pair.value("b", "")))
      fresh["pairs"].push_back(pair);
    else
      gone += !pair.contains("decided");
  const auto old_open = before.value("open", std::size_t{0});
  fresh["open"] = fresh["open"].get<std::size_t>() + old_open - std::min(old_open, gone);
  auto& pairs = fresh["pairs"].get_ref<Json::array_t&>();
  const auto decided = std::ranges::stable_partition(pairs, [](const Json& pair) { return !pair.contains("decided"); });
  const auto far = [](const Json& pair) { return std::abs(pair["waterfall"].value("weight", 0.0)); };
  std::stable_sort(pairs.begin(), decided.begin(), [&](const Json& x, const Json& y) {
    return std::tuple(far(x), x.value("a", ""), x.value("b", "")) <
           std::tuple(far(y), y.value("a", ""), y.value("b", ""));
  });
  std::stable_sort(decided.begin(), decided.end(), [](const Json& x, const Json& y) {
    return x["decided"].value("at", "") > y["decided"].value("at", "");
  });
  if (const auto open = static_cast<std::size_t>(decided.begin() - pairs.begin()); open > most)
    pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(most), decided.begin());
  return fresh;
}

Result<ReviewQueue> ReviewQueue::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const Json json, read_json(file));
  const auto bad = [&](const char* what) {
    return fail("linkage.review_file", what, {.file = file.string()}, "Give the file of `link run --review-out`.");
  };
  if (!json.is_object() || !json.contains("review") || json["review"] != 1 || !json.contains("salt") ||
      !json["salt"].is_string() || !json.contains("pairs") || !json["pairs"].is_array())
    return bad("this is no file of pairs to review");
  const std::string salt = json["salt"].get<std::string>();
  ReviewQueue out;
  for (const Json& pair : json["pairs"]) {
    for (const char* member : {"a", "b", "record_a", "record_b", "waterfall"})
      if (!pair.is_object() || !pair.contains(member)) return bad("a pair lacks a member");
    if (!pair["a"].is_string() || !pair["b"].is_string() || !pair["waterfall"].is_object() ||
        !pair["waterfall"].contains("probability") || !pair["waterfall"]["probability"].is_number() ||
        !pair["waterfall"].contains("weight") || !pair["waterfall"]["weight"].is_number())
      return bad("a member of a pair has the wrong type");
    OpenPair one;
    one.a = pair["a"].get<std::string>(), one.b = pair["b"].get<std::string>();
    one.probability = pair["waterfall"]["probability"].get<double>();
    const std::string both = std::to_string(one.a.size()) + ':' + one.a + one.b;
    one.id = to_hex(crypto::hmac_sha256(as_bytes(salt), as_bytes(both))).substr(0, 16);
    one.detail = pair;
    if (pair.contains("decided")) {
      const auto decided = decided_of(pair["decided"]);
      if (!decided) return bad("a decision about a pair lacks a member");
      one.decided = *decided;
      one.detail.erase("decided");
    }
    out.pairs.push_back(std::move(one));
  }
  return out;
}

const OpenPair* ReviewQueue::find(std::string_view id) const {
  const auto found = std::ranges::find(pairs, id, &OpenPair::id);
  return found == pairs.end() ? nullptr : &*found;
}

}  // namespace sekisho::linkage
