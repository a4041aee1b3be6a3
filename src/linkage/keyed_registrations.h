// The registrations of a store with their exact keys, packed: a hundred bytes for each, and forty once the keys are
// forgotten.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "linkage/components.h"
#include "linkage/table.h"
#include "store/store.h"

namespace sekisho::linkage {

// What an exact key says, by the number of its rule: bits of Components::evidence().
enum KeyRule : unsigned { kKanji, kKana, kInsuranceKanji, kInsuranceKana, kInsuranceAlone, kKeyRules };
std::string_view key_rule_name(unsigned rule);

class KeyedRegistrations {
 public:
  static constexpr std::uint32_t kNobody = UINT32_MAX;

  // In order of registration; one has a row for each version of its identity record.
  void add(const store::RegistrationRow& row);
  std::uint32_t size() const { return static_cast<std::uint32_t>(regs_.size()); }
  std::string_view reg(std::uint32_t node) const { return regs_[node]; }
  std::string_view hospital(std::uint32_t node) const { return hospitals_[hospital_of_[node]]; }
  std::uint32_t find(std::string_view reg) const;  // kNobody

  // Persons by exact keys. A key that more than 500 registrations share is a filler and links nobody.
  Components join() const;
  // The same among some of them (ascending); nodes are places in `some`.
  Components join(const std::vector<std::uint32_t>& some) const;
  void forget_keys() { std::vector<Keys>().swap(keys_); }

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct Keys {  // of one version
    std::uint32_t node = 0;
    std::uint8_t present = 0;  // bits by place in `key`
    std::array<Key, 5> key{};  // insurance, kanji, kana, given_kanji, given_kana
    bool has(unsigned place) const { return (present >> place & 1U) != 0; }
  };
  static Components join(std::size_t nodes, const std::vector<Keys>& keys);

  Arena texts_;
  std::vector<std::string_view> regs_, hospitals_;
  std::vector<std::uint32_t> hospital_of_;  // by node, in `hospitals_`
  std::vector<Keys> keys_;
};

}  // namespace sekisho::linkage
